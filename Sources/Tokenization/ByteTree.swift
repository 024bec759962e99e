/// Byte strings with a value each, as paths through trees; finds the longest that a text continues
/// with.
///
/// All edges lie in one hash table with linear probing: one probe a byte, mostly.
struct ByteTree: Sendable {
  /// An edge from a node along a byte, what lies at its end, and the value there.
  private struct Edge {
    var key: UInt32
    var node: UInt32
    var value: TokenID
  }

  private static let none: TokenID = -1
  private static let freeKey = UInt32.max
  /// Node numbers share 32 bits with a byte; the last number is kept for free places.
  private static let maximumNodeCount = 1 << 24 - 1

  private var edges: [Edge]
  private var nodeCount: Int
  /// Values of empty strings, by root.
  private var emptyValues: [TokenID]

  /// - Parameter rootCount: How many trees there are.
  init(rootCount: Int) {
    edges = Self.table(count: 1 << 12)
    nodeCount = rootCount
    emptyValues = Array(repeating: Self.none, count: rootCount)
  }

  /// Adds a string to a tree.
  ///
  /// - Parameter value: At least 0.
  /// - Returns: The value that the string has already; then nothing changes.
  mutating func insert(_ text: ArraySlice<UInt8>, value: TokenID, root: Int) -> TokenID? {
    precondition(value >= 0)
    guard !text.isEmpty else {
      guard emptyValues[root] == Self.none else { return emptyValues[root] }
      emptyValues[root] = value
      return nil
    }
    var node = UInt32(root)
    var place = 0
    for byte in text {
      let key = node << 8 | UInt32(byte)
      place = Self.place(of: key, in: edges)
      if edges[place].key == Self.freeKey {
        precondition(nodeCount < Self.maximumNodeCount, "a tree of bytes is full")
        if nodeCount * 2 > edges.count {
          grow()
          place = Self.place(of: key, in: edges)
        }
        edges[place] = Edge(key: key, node: UInt32(nodeCount), value: Self.none)
        nodeCount += 1
      }
      node = edges[place].node
    }
    guard edges[place].value == Self.none else { return edges[place].value }
    edges[place].value = value
    return nil
  }

  /// The value of one whole string; nil if it is not in the tree.
  func value(of text: ArraySlice<UInt8>, root: Int) -> TokenID? {
    guard !text.isEmpty else {
      return emptyValues[root] == Self.none ? nil : emptyValues[root]
    }
    return longestMatch(in: Array(text), from: 0, root: root)
      .flatMap { $0.end == text.count ? $0.value : nil }
  }

  /// The longest string of a tree that a text has at `start`, and where it ends; never an empty
  /// one.
  func longestMatch(
    in text: [UInt8], from start: Int, root: Int
  ) -> (value: TokenID, end: Int)? {
    var node = UInt32(root)
    var longest: (value: TokenID, end: Int)?
    for position in start..<text.count {
      let key = node << 8 | UInt32(text[position])
      let edge = edges[Self.place(of: key, in: edges)]
      guard edge.key == key else { break }
      if edge.value != Self.none { longest = (edge.value, position + 1) }
      node = edge.node
    }
    return longest
  }

  /// The value of one whole string; nil if it is not in the tree.
  func value(of text: UnsafeBufferPointer<UInt8>, root: Int) -> TokenID? {
    guard !text.isEmpty else {
      return emptyValues[root] == Self.none ? nil : emptyValues[root]
    }
    var found: TokenID?
    forEachMatch(in: text, from: 0, root: root) { value, end in
      if end == text.count { found = value }
    }
    return found
  }

  /// Calls `body` with the value and the end of each string of a tree that a text has at `start`,
  /// the shortest first; never an empty one.
  @inline(__always)
  func forEachMatch(
    in text: UnsafeBufferPointer<UInt8>, from start: Int, root: Int,
    _ body: (TokenID, Int) -> Void
  ) {
    var node = UInt32(root)
    for position in start..<text.count {
      let key = node << 8 | UInt32(text[position])
      let edge = edges[Self.place(of: key, in: edges)]
      guard edge.key == key else { return }
      if edge.value != Self.none { body(edge.value, position + 1) }
      node = edge.node
    }
  }

  private mutating func grow() {
    var larger = Self.table(count: edges.count * 2)
    for edge in edges where edge.key != Self.freeKey {
      larger[Self.place(of: edge.key, in: larger)] = edge
    }
    edges = larger
  }

  private static func table(count: Int) -> [Edge] {
    Array(repeating: Edge(key: freeKey, node: 0, value: none), count: count)
  }

  /// Where a key is, or the free place where it belongs; the table is never full.
  private static func place(of key: UInt32, in edges: [Edge]) -> Int {
    let mask = edges.count - 1
    // Fibonacci hashing: 2³² divided by the golden ratio.
    let product = key &* 0x9E37_79B9
    var place = Int(product ^ product >> 15) & mask
    while edges[place].key != key, edges[place].key != freeKey { place = (place + 1) & mask }
    return place
  }
}
