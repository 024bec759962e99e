/// The pieces of a vocabulary, found by their bytes and by their tokens.
///
/// Tokens need not be dense; pieces are compared byte by byte, as no normal form makes two equal.
struct PieceTable: Sendable {
  /// One more than the largest token.
  private(set) var count = 0
  /// The number of pieces.
  private(set) var tokenCount = 0

  /// All pieces end to end.
  private var bytes: [UInt8] = []
  /// Where each token's piece lies; nil for a token without.
  private var ranges: [Range<UInt32>?] = []
  private var tree = ByteTree(rootCount: 1)

  /// Larger tokens are taken for damage: the largest vocabularies have a million.
  static let largestToken = 1 << 22 - 1
  /// What the tree of pieces has room for; XLM-R's 250,002 pieces have 2 MB.
  static let maximumByteCount = 15 << 20

  /// Adds a piece.
  ///
  /// - Returns: Why it cannot be added, or nil: what was expected and what was found.
  mutating func insert(_ piece: String, token: Int) -> (expected: String, found: String)? {
    guard (0...Self.largestToken).contains(token) else {
      return ("tokens in 0...\(Self.largestToken)", "\(token)")
    }
    let start = bytes.count
    guard start + piece.utf8.count <= Self.maximumByteCount else {
      return ("at most \(Self.maximumByteCount) bytes of pieces", "more")
    }
    if token >= ranges.count {
      ranges.append(contentsOf: repeatElement(nil, count: token + 1 - ranges.count))
    }
    guard ranges[token] == nil else {
      return ("one piece for each token", "two for token \(token)")
    }
    bytes.append(contentsOf: piece.utf8)
    if let first = tree.insert(bytes[start...], value: TokenID(token), root: 0) {
      bytes.removeSubrange(start...)
      return ("each piece once", "that of token \(token) at \(first), too")
    }
    ranges[token] = UInt32(start)..<UInt32(bytes.count)
    count = ranges.count
    tokenCount += 1
    return nil
  }

  /// The token of a piece; nil if there is none.
  func token(for piece: String) -> TokenID? {
    var piece = piece
    return piece.withUTF8 { token(for: $0) }
  }

  /// The token of a piece in UTF-8; nil if there is none.
  func token(for piece: UnsafeBufferPointer<UInt8>) -> TokenID? {
    tree.value(of: piece, root: 0)
  }

  /// The bytes of a token's piece; nil for a token without.
  func piece(_ token: TokenID) -> ArraySlice<UInt8>? {
    guard ranges.indices.contains(Int(token)), let range = ranges[Int(token)] else { return nil }
    return bytes[Int(range.lowerBound)..<Int(range.upperBound)]
  }

  /// Calls `body` with the token and the end of each piece that a text has at `start`, the shortest
  /// first.
  @inline(__always)
  func forEachPrefix(
    of text: UnsafeBufferPointer<UInt8>, from start: Int, _ body: (TokenID, Int) -> Void
  ) {
    tree.forEachMatch(in: text, from: start, root: 0, body)
  }
}
