/// The pieces of a WordPiece vocabulary, found by their bytes.
struct WordPieceVocabulary: Sendable {
  /// One piece, without the sign that it continues a word.
  struct Piece {
    let text: String
    let continuesWord: Bool
  }

  /// The largest file accepted; LaBSE's 501,153 pieces have 5.2 MB.
  static let maximumByteCount = 15 << 20
  /// What a line begins with if its piece continues a word.
  static let continuation = "##"

  /// The number of pieces.
  var count: Int { lines.count }

  private let bytes: [UInt8]
  private let lines: [Range<Int>]
  private var tree = ByteTree(rootCount: 2)

  /// The roots of the pieces that begin words, and of those that continue them.
  private static let beginnings = 0
  private static let continuations = 1

  /// Reads a vocabulary: one piece a line, in the order of their tokens.
  ///
  /// An empty line is a piece of its own that no text contains, as in other readers.
  ///
  /// - Parameter path: Only named in errors.
  /// - Throws: `TokenizerError.malformed`.
  init(_ bytes: [UInt8], path: String) throws {
    guard bytes.count <= Self.maximumByteCount else {
      throw TokenizerError.malformed(
        path: path,
        reason: "expected at most \(Self.maximumByteCount) bytes, found \(bytes.count)")
    }
    guard !bytes.isEmpty else {
      throw TokenizerError.malformed(path: path, reason: "expected pieces, found an empty file")
    }
    self.bytes = bytes
    lines = Self.lines(of: bytes)
    for (token, line) in lines.enumerated() {
      // Each line alone, so that the message can name it.
      guard String(validating: bytes[line], as: UTF8.self) != nil else {
        throw TokenizerError.malformed(
          path: path, reason: "expected UTF-8, found something else in line \(token + 1)")
      }
      let (root, text) = Self.place(of: bytes[line])
      if let first = tree.insert(text, value: TokenID(token), root: root) {
        throw TokenizerError.malformed(
          path: path,
          reason: "expected unique pieces, found line \(token + 1) to equal line \(first + 1)")
      }
    }
  }

  /// Where lines lie, without their line feeds and a carriage return before those.
  private static func lines(of bytes: [UInt8]) -> [Range<Int>] {
    bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      .dropLast(bytes.last == UInt8(ascii: "\n") ? 1 : 0)
      .map { line in
        (line.last == UInt8(ascii: "\r") ? line.dropLast() : line).indices
      }
  }

  /// The root of a line's piece, and its text.
  private static func place(of line: ArraySlice<UInt8>) -> (root: Int, text: ArraySlice<UInt8>) {
    line.starts(with: continuation.utf8) && line.count > continuation.utf8.count
      ? (continuations, line.dropFirst(continuation.utf8.count)) : (beginnings, line)
  }

  /// Splits a word into the longest pieces from its start to its end.
  ///
  /// - Returns: Whether pieces make up the whole word; if not, `tokens` holds those found so far.
  func split(_ word: [UInt8], into tokens: inout [TokenID]) -> Bool {
    var start = 0
    while start < word.count {
      let root = start == 0 ? Self.beginnings : Self.continuations
      guard let match = tree.longestMatch(in: word, from: start, root: root) else { return false }
      tokens.append(match.value)
      start = match.end
    }
    return true
  }

  /// The token of a whole line; nil if there is none.
  func token(for piece: String) -> TokenID? {
    let (root, text) = Self.place(of: Array(piece.utf8)[...])
    return tree.value(of: text, root: root)
  }

  /// The piece of a token; nil out of range.
  func piece(_ token: TokenID) -> Piece? {
    guard lines.indices.contains(Int(token)) else { return nil }
    let (root, text) = Self.place(of: bytes[lines[Int(token)]])
    return Piece(
      text: String(decoding: text, as: UTF8.self), continuesWord: root == Self.continuations)
  }
}
