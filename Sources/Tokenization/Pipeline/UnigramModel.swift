/// Unigram: the pieces with the largest sum of scores.
///
/// Sums are in double precision and ties go to the piece found first, as in the source.
///
/// Source: Kudo 2018; models/unigram of huggingface/tokenizers 0.23.
struct UnigramModel: TokenModel {
  let pieces: PieceTable
  let unknown: TokenID
  /// By token.
  private let scores: [Double]
  /// The score of a scalar that is no piece.
  private let unknownScore: Double
  /// The tokens of bytes, by byte; nil if unknown text is not spelt in bytes.
  private let byteTokens: [TokenID?]?

  /// How much worse than the worst piece an unknown scalar is: K_UNK_PENALTY.
  private static let unknownPenalty = 10.0

  /// - Parameters:
  ///   - scores: One for each token.
  ///   - fallsBackToBytes: Whether unknown text is spelt in pieces such as `<0x0A>`.
  init(_ pieces: PieceTable, scores: [Double], unknown: TokenID, fallsBackToBytes: Bool) {
    self.pieces = pieces
    self.scores = scores
    self.unknown = unknown
    unknownScore = (scores.min() ?? 0) - Self.unknownPenalty
    byteTokens = fallsBackToBytes ? pieces.byteTokens : nil
  }

  var name: String { "Unigram" }
  var unknownToken: TokenID? { unknown }
  var isSlow: Bool { true }

  /// The best way to a place in a word: its last piece, and where that begins.
  private struct Step {
    var token: TokenID = -1
    var start = -1
    var score = 0.0
  }

  func encode(
    _ word: UnsafeBufferPointer<UInt8>, without controls: Set<TokenID>,
    into tokens: inout [TokenID]
  ) {
    var steps = [Step](repeating: Step(), count: word.count + 1)
    var start = 0
    while start < word.count {
      let reached = steps[start].score
      var next = start
      _ = word.scalar(at: &next)
      var hasSingle = false
      pieces.forEachPrefix(of: word, from: start) { token, end in
        guard controls.isEmpty || !controls.contains(token) else { return }
        let score = scores[Int(token)] + reached
        if steps[end].start < 0 || score > steps[end].score {
          steps[end] = Step(token: token, start: start, score: score)
        }
        if end == next { hasSingle = true }
      }
      if !hasSingle {
        let score = unknownScore + reached
        if steps[next].start < 0 || score > steps[next].score {
          steps[next] = Step(token: unknown, start: start, score: score)
        }
      }
      start = next
    }
    append(steps, of: word, without: controls, to: &tokens)
  }

  /// Appends the tokens of the best way, adjacent unknown ones as one.
  private func append(
    _ steps: [Step], of word: UnsafeBufferPointer<UInt8>, without controls: Set<TokenID>,
    to tokens: inout [TokenID]
  ) {
    var path: [(token: TokenID, range: Range<Int>)] = []
    var end = word.count
    while end > 0 {
      let step = steps[end]
      if step.token == unknown, let last = path.last, last.token == unknown {
        path[path.count - 1].range = step.start..<last.range.upperBound
      } else {
        path.append((step.token, step.start..<end))
      }
      end = step.start
    }
    for (token, range) in path.reversed() {
      guard token == unknown else {
        tokens.append(token)
        continue
      }
      // The range lies inside the word.
      let text = UnsafeBufferPointer(rebasing: word[range])
      if let piece = pieces.token(for: text), !controls.contains(piece) {
        tokens.append(piece)
      } else if let bytes = bytes(of: text) {
        tokens.append(contentsOf: bytes)
      } else {
        tokens.append(unknown)
      }
    }
  }

  private func bytes(of text: UnsafeBufferPointer<UInt8>) -> [TokenID]? {
    guard let byteTokens else { return nil }
    let tokens = text.compactMap { byteTokens[Int($0)] }
    return tokens.count == text.count ? tokens : nil
  }
}

extension PieceTable {
  /// The tokens of the pieces `<0x00>` to `<0xFF>`, by byte.
  var byteTokens: [TokenID?] {
    (UInt8.min...UInt8.max).map { byte in
      let digits = String(byte, radix: 16, uppercase: true)
      return token(for: byte < 16 ? "<0x0\(digits)>" : "<0x\(digits)>")
    }
  }
}
