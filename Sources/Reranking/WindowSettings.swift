import Tokenization

/// How a scorer reads documents in windows.
struct WindowSettings: Sendable {
  let aggregation: PassageAggregation
  private let size: Int?
  private let stride: Int?
  private let tokenizer: any Tokenizer
  private let specialTokens: SpecialTokenPolicy

  /// - Returns: nil if documents are read from their start only.
  /// - Throws: `RerankingError.unusableOptions` for windows that cannot be.
  init?(_ options: RerankerOptions, tokenizer: any Tokenizer) throws(RerankingError) {
    guard options.passages != .first else { return nil }
    if let size = options.windowTokens, size < 1 {
      throw .unusableOptions(reason: "expected windows of at least 1 token, found \(size)")
    }
    if let stride = options.windowStride {
      let most = options.windowTokens ?? .max
      guard (1...most).contains(stride) else {
        let range = most == .max ? "of at least 1 token" : "from 1 to the window's \(most) tokens"
        throw .unusableOptions(reason: "expected a stride \(range), found \(stride)")
      }
    }
    aggregation = options.passages
    size = options.windowTokens
    stride = options.windowStride
    self.tokenizer = tokenizer
    specialTokens = options.specialTokens
  }

  /// What cuts documents for a query that leaves room for so many of their tokens.
  func splitter(room: Int) -> WindowSplitter {
    let size = max(min(size ?? room, room), 1)
    return WindowSplitter(
      tokenizer: tokenizer, size: size, stride: stride ?? size / 2, specialTokens: specialTokens)
  }

  /// The score of a document that was read in windows.
  ///
  /// - Parameters:
  ///   - scores: Of its windows; at least one.
  ///   - windows: Aligned with `scores`.
  func score(_ scores: ArraySlice<PointwiseScore>, of windows: [Range<Int>]) -> PointwiseScore {
    var best = scores.startIndex
    for index in scores.indices where scores[index].order > scores[best].order { best = index }
    let window = windows[best - scores.startIndex]
    guard aggregation != .max else {
      return PointwiseScore(
        score: scores[best].score, order: scores[best].order,
        distribution: scores[best].distribution, window: window)
    }
    let score = aggregation.score(of: scores.map(\.score))
    return PointwiseScore(score: score, order: score, distribution: nil, window: window)
  }
}
