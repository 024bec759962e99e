/// The members of a JSON object, in the order they were written.
///
/// Keys are compared byte by byte, as JSON readers elsewhere do: "é" as one scalar and as two are
/// different keys, though Swift holds the strings equal. Two objects are equal when they hold the
/// same members in the same order.
public struct JSONObject: Sendable {
  private var keys: [String]
  private var values: [JSONValue]
  /// Positions by key; empty while the object is small, where a walk is faster than hashing.
  private var positions: [ByteKey: Int]

  private static let largestWalked = 8

  /// An object without members.
  public init() {
    keys = []
    values = []
    positions = [:]
  }

  /// Takes members in order; of members with the same key the last counts, in the first's place.
  public init(_ members: some Sequence<(key: String, value: JSONValue)>) {
    self.init()
    for (key, value) in members { self[key] = value }
  }

  /// The value of a member; setting appends a new member at the end, nil removes it.
  ///
  /// Reading and setting take constant time, removing takes time linear in the object.
  public subscript(key: String) -> JSONValue? {
    get { position(of: key).map { values[$0] } }
    set {
      switch (position(of: key), newValue) {
      case (let position?, let value?): values[position] = value
      case (let position?, nil): remove(at: position)
      case (nil, let value?): append(key, value)
      case (nil, nil): break
      }
    }
  }

  /// Adds a member at the end; false, and no change, if the key is there already.
  mutating func insert(_ key: String, _ value: JSONValue) -> Bool {
    guard position(of: key) == nil else { return false }
    append(key, value)
    return true
  }

  private func position(of key: String) -> Int? {
    guard positions.isEmpty else { return positions[ByteKey(key)] }
    return keys.firstIndex { ByteKey($0) == ByteKey(key) }
  }

  private mutating func append(_ key: String, _ value: JSONValue) {
    keys.append(key)
    values.append(value)
    if !positions.isEmpty {
      positions[ByteKey(key)] = keys.count - 1
    } else if keys.count > Self.largestWalked {
      indexKeys()
    }
  }

  private mutating func remove(at position: Int) {
    keys.remove(at: position)
    values.remove(at: position)
    positions = [:]
    if keys.count > Self.largestWalked { indexKeys() }
  }

  private mutating func indexKeys() {
    for (position, key) in keys.enumerated() { positions[ByteKey(key)] = position }
  }
}

extension JSONObject: RandomAccessCollection {
  /// The place of the first member.
  public var startIndex: Int { 0 }
  /// The number of members.
  public var endIndex: Int { keys.count }

  /// The member at a place in the order written; traps out of range.
  public subscript(position: Int) -> (key: String, value: JSONValue) {
    (keys[position], values[position])
  }
}

extension JSONObject: Hashable {
  /// The same members in the same order, keys compared byte by byte.
  public static func == (left: JSONObject, right: JSONObject) -> Bool {
    left.keys.count == right.keys.count
      && zip(left.keys, right.keys).allSatisfy { ByteKey($0) == ByteKey($1) }
      && left.values == right.values
  }

  /// Hashes what equality compares.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(values)
    for key in keys { hasher.combine(ByteKey(key)) }
  }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
  /// Of members with the same key the last counts, in the first's place.
  public init(dictionaryLiteral elements: (String, JSONValue)...) {
    self.init(elements.lazy.map { (key: $0, value: $1) })
  }
}

/// A key that is equal to another only byte by byte.
///
/// Hashed with Swift's per-process seed, so nobody outside can choose keys that collide.
private struct ByteKey: Hashable {
  let text: String

  init(_ text: String) {
    self.text = text
  }

  static func == (left: ByteKey, right: ByteKey) -> Bool {
    left.text.utf8.elementsEqual(right.text.utf8)
  }

  func hash(into hasher: inout Hasher) {
    let hashed: Void? = text.utf8.withContiguousStorageIfAvailable {
      hasher.combine(bytes: UnsafeRawBufferPointer($0))
    }
    if hashed == nil {
      for byte in text.utf8 { hasher.combine(byte) }
    }
    // A terminator: keys hashed one after another must not run together.
    hasher.combine(UInt8.max)
  }
}
