/// A number as it was written: passing it on changes no digit.
///
/// Two numbers are equal when their texts are: `1` and `1.0` differ.
public struct JSONNumber: Sendable, Hashable, CustomStringConvertible {
  /// The digits, in JSON's grammar.
  public let text: String

  /// Takes text that the parser has checked.
  init(checked text: String) {
    self.text = text
  }

  /// An integer of any size.
  public init(_ value: some BinaryInteger) {
    text = String(value)
  }

  /// The shortest text that reads back as the same number; nil for NaN and infinities, which JSON
  /// cannot hold.
  public init?(_ value: Double) {
    guard value.isFinite else { return nil }
    text = value.description
  }

  /// The shortest text that reads back as the same `Float`; nil for NaN and infinities.
  public init?(_ value: Float) {
    guard value.isFinite else { return nil }
    text = value.description
  }

  /// The value of a number written without fraction and exponent; nil for others, and out of range.
  public var int: Int? { Int(text) }

  /// The nearest finite value; nil where the number is too large for one (`1e999`).
  public var double: Double? {
    guard let value = Double(text), value.isFinite else { return nil }
    return value
  }

  /// The number as it was written.
  public var description: String { text }
}
