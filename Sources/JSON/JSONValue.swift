/// A JSON value that keeps what was written: members in order, numbers digit by digit.
public enum JSONValue: Sendable, Hashable {
  case null
  case bool(Bool)
  case number(JSONNumber)
  case string(String)
  case array([JSONValue])
  case object(JSONObject)
}

extension JSONValue {
  /// Whether this is `null`.
  public var isNull: Bool { self == .null }

  /// nil unless this is `true` or `false`.
  public var bool: Bool? {
    guard case .bool(let value) = self else { return nil }
    return value
  }

  /// nil unless this is a number written without fraction and exponent, in the range of `Int`.
  public var int: Int? { number?.int }

  /// nil unless this is a number with a finite nearest `Double`.
  public var double: Double? { number?.double }

  /// nil unless this is a number.
  public var number: JSONNumber? {
    guard case .number(let value) = self else { return nil }
    return value
  }

  /// nil unless this is a string.
  public var string: String? {
    guard case .string(let value) = self else { return nil }
    return value
  }

  /// nil unless this is an array.
  public var array: [JSONValue]? {
    guard case .array(let elements) = self else { return nil }
    return elements
  }

  /// nil unless this is an object.
  public var object: JSONObject? {
    guard case .object(let members) = self else { return nil }
    return members
  }

  /// A member of an object; nil if there is none, or this is no object.
  public subscript(key: String) -> JSONValue? { object?[key] }

  /// An element of an array; nil if there is none, or this is no array.
  public subscript(index: Int) -> JSONValue? {
    guard let array, array.indices.contains(index) else { return nil }
    return array[index]
  }

  /// The kind in a reader's words, for messages: "a string", "null".
  public var kind: String {
    switch self {
    case .null: "null"
    case .bool: "a Boolean"
    case .number: "a number"
    case .string: "a string"
    case .array: "an array"
    case .object: "an object"
    }
  }
}

extension JSONValue {
  /// A Boolean.
  public init(_ value: Bool) { self = .bool(value) }
  /// A string.
  public init(_ value: String) { self = .string(value) }
  /// A number, written as an integer.
  public init(_ value: some BinaryInteger) { self = .number(JSONNumber(value)) }
  /// An array.
  public init(_ elements: [JSONValue]) { self = .array(elements) }
  /// An object.
  public init(_ members: JSONObject) { self = .object(members) }

  /// nil for NaN and infinities, which JSON cannot hold.
  public init?(_ value: Double) {
    guard let number = JSONNumber(value) else { return nil }
    self = .number(number)
  }

  /// Written with as few digits as a `Float` needs; nil for NaN and infinities.
  public init?(_ value: Float) {
    guard let number = JSONNumber(value) else { return nil }
    self = .number(number)
  }
}

extension JSONValue: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral,
  ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral, ExpressibleByStringLiteral,
  ExpressibleByStringInterpolation, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  /// `null`.
  public init(nilLiteral: ()) { self = .null }
  /// `true` or `false`.
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  /// A number, written as an integer.
  public init(integerLiteral value: Int) { self = .number(JSONNumber(value)) }
  /// A string.
  public init(stringLiteral value: String) { self = .string(value) }
  /// An array.
  public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }

  /// Traps for a literal too large for a `Double`.
  public init(floatLiteral value: Double) {
    guard let number = JSONNumber(value) else {
      preconditionFailure("a JSON literal must be finite")
    }
    self = .number(number)
  }

  /// Of members with the same key the last counts.
  public init(dictionaryLiteral elements: (String, JSONValue)...) {
    self = .object(JSONObject(elements.lazy.map { (key: $0, value: $1) }))
  }
}
