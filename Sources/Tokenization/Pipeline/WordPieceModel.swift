/// WordPiece: the longest pieces from a word's start to its end.
///
/// Source: models/wordpiece of huggingface/tokenizers 0.23.
struct WordPieceModel: TokenModel {
  let pieces: PieceTable
  let unknown: TokenID
  /// Scalars in the longest word that is split.
  let maximumWordLength: Int
  /// The pieces that begin words, and those that continue them without the sign of that.
  private var tree = ByteTree(rootCount: 2)

  /// - Parameter continuation: What a piece begins with if it continues a word.
  init(
    _ pieces: PieceTable, unknown: TokenID, continuation: [UInt8], maximumWordLength: Int
  ) {
    self.pieces = pieces
    self.unknown = unknown
    self.maximumWordLength = maximumWordLength
    for token in 0..<TokenID(pieces.count) {
      guard let piece = pieces.piece(token) else { continue }
      // The first piece of a word is looked up as it stands, even if it looks like a continuation.
      _ = tree.insert(piece, value: token, root: 0)
      if piece.starts(with: continuation) {
        _ = tree.insert(piece.dropFirst(continuation.count), value: token, root: 1)
      }
    }
  }

  var name: String { "WordPiece" }
  var unknownToken: TokenID? { unknown }
  var isSlow: Bool { false }

  func encode(
    _ word: UnsafeBufferPointer<UInt8>, without controls: Set<TokenID>,
    into tokens: inout [TokenID]
  ) {
    let count = tokens.count
    guard isShort(word) else {
      tokens.append(unknown)
      return
    }
    var start = 0
    while start < word.count {
      var longest: (token: TokenID, end: Int)?
      tree.forEachMatch(in: word, from: start, root: start == 0 ? 0 : 1) { token, end in
        if controls.isEmpty || !controls.contains(token) { longest = (token, end) }
      }
      guard let longest else {
        tokens.removeSubrange(count...)
        tokens.append(unknown)
        return
      }
      tokens.append(longest.token)
      start = longest.end
    }
  }

  private func isShort(_ word: UnsafeBufferPointer<UInt8>) -> Bool {
    word.count <= maximumWordLength
      || word.reduce(0) { $1 & 0xC0 == 0x80 ? $0 : $0 + 1 } <= maximumWordLength
  }
}
