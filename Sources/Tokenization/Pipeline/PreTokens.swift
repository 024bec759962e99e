/// A text on its way through the pre-tokenizers: pieces of it that no token crosses.
struct PreTokens {
  /// A piece's place in the text.
  struct Piece {
    var range: Range<Int>
    /// Whether it begins where the whole text begins.
    var startsText: Bool
  }

  /// UTF-8.
  private(set) var bytes: [UInt8]
  private(set) var pieces: [Piece]

  /// A whole text as one piece.
  init(_ text: NormalizedText) {
    bytes = text.bytes
    pieces = bytes.isEmpty ? [] : [Piece(range: bytes.indices, startsText: text.startsText)]
  }

  /// Takes the parts of one piece after another.
  struct Parts {
    fileprivate var pieces: [Piece] = []
    fileprivate var whole = Piece(range: 0..<0, startsText: false)

    /// Takes a range of the piece, to the right of those before; an empty one is dropped.
    mutating func add(_ range: Range<Int>) {
      guard !range.isEmpty else { return }
      let start = whole.range.lowerBound
      pieces.append(
        Piece(
          range: start + range.lowerBound..<start + range.upperBound,
          startsText: whole.startsText && range.lowerBound == 0))
    }
  }

  /// Splits each piece further, into the parts that `body` adds for its bytes.
  mutating func split(_ body: (UnsafeBufferPointer<UInt8>, inout Parts) -> Void) {
    var parts = Parts()
    parts.pieces.reserveCapacity(max(pieces.count, bytes.count / 4))
    bytes.withUnsafeBufferPointer { text in
      for piece in pieces {
        parts.whole = piece
        // A piece lies inside the text.
        body(UnsafeBufferPointer(rebasing: text[piece.range]), &parts)
      }
    }
    pieces = parts.pieces
  }

  /// Splits each piece by what matches in it.
  ///
  /// - Parameters:
  ///   - inverted: Whether what does not match is taken for the match.
  ///   - matches: Hands over matches from left to right, none empty.
  mutating func split(
    _ behavior: SplitBehavior, inverted: Bool = false,
    matches: (UnsafeBufferPointer<UInt8>, (Range<Int>) -> Void) -> Void
  ) {
    split { text, parts in
      var splitter = MatchSplitter(behavior)
      var position = 0
      matches(text) { match in
        if match.lowerBound > position {
          splitter.add(position..<match.lowerBound, isMatch: inverted, to: &parts)
        }
        splitter.add(match, isMatch: !inverted, to: &parts)
        position = match.upperBound
      }
      if position < text.count {
        splitter.add(position..<text.count, isMatch: inverted, to: &parts)
      }
      splitter.end(&parts)
    }
  }

  /// Rewrites each piece.
  ///
  /// - Parameter body: Appends what a piece becomes.
  mutating func rewrite(
    _ body: (_ piece: Piece, _ text: UnsafeBufferPointer<UInt8>, _ result: inout [UInt8]) -> Void
  ) {
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count + bytes.count / 2 + 8)
    bytes.withUnsafeBufferPointer { text in
      for index in pieces.indices {
        let start = result.count
        // A piece lies inside the text.
        body(pieces[index], UnsafeBufferPointer(rebasing: text[pieces[index].range]), &result)
        pieces[index].range = start..<result.count
      }
    }
    bytes = result
  }
}
