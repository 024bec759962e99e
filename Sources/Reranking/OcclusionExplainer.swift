public import RankingCore

/// Finds the words that matter by occlusion: how much a score falls when one word is left out.
///
/// It asks the scorer alone, so it explains any. Words that the model does not get to read, because the
/// token budget ends before them, have no importance; words that matter only together may have little.
///
/// Source: Zeiler and Fergus 2014, arXiv 1311.2901; for text, Li et al. 2016, arXiv 1612.08220.
public struct OcclusionExplainer: Sendable {
  /// The most words of a text; a longer one is taken in so many phrases.
  public let wordLimit: Int

  /// - Parameter wordLimit: At least 1.
  public init(wordLimit: Int = 100) {
    precondition(wordLimit >= 1, "a text cannot be taken in \(wordLimit) words")
    self.wordLimit = wordLimit
  }

  /// Explains scores by a pointwise scorer, in its scale; of probabilities, by their log-odds.
  ///
  /// All variants of all documents that have one wording of the query are scored in one call.
  ///
  /// - Throws: What the scorer throws.
  public func explain(
    _ documents: [Document], for query: Query, by scorer: any PointwiseScorer
  ) throws -> OccludedDocuments {
    try explain(
      documents, in: documents.map { _ in nil }, for: query, scale: scorer.scale
    ) { variants, query in
      try scorer.scores(of: variants.map(\.document), for: query, progress: nil).scores
    }
  }

  /// Explains comparisons of each document with the one behind it, of the last with the one before it:
  /// the log-odds that it is the better one, the mean of both orders.
  ///
  /// - Throws: `RerankingError`, as `DuoT5.preferences` does.
  /// - Precondition: There are at least two documents.
  public func explain(
    _ documents: [Document], for query: Query, by scorer: DuoT5
  ) throws -> OccludedDocuments {
    try explain(documents, in: documents.map { _ in nil }, for: query, by: scorer)
  }

  /// Explains comparisons of documents that duoT5 reads in windows; the words are those of all their text.
  ///
  /// - Parameter windows: Aligned with `documents`; nil: as much from the start as there is room for.
  func explain(
    _ documents: [Document], in windows: [Range<Int>?], for query: Query, by scorer: DuoT5
  ) throws -> OccludedDocuments {
    precondition(documents.count >= 2, "one document cannot be compared")
    let read = zip(documents, windows).map { $0.read(in: $1) }
    var result = try explain(
      documents, in: windows, for: query, scale: .logit
    ) { variants, query in
      // The documents themselves, then the variants of which each is compared with a document.
      let texts = read + variants.map { $0.document.read(in: $0.window) }
      let pairs = variants.enumerated().map { offset, variant in
        let number = variant.number
        return IndexPair(
          first: read.count + offset, second: number + 1 < read.count ? number + 1 : number - 1)
      }
      var tally = ScoringTally()
      var comparer = try PairComparer(scorer.prompted, texts, query)
      let answers = try comparer.answers(
        to: pairs + pairs.map(\.swapped), tally: &tally, progress: nil)
      return zip(answers, answers.dropFirst(pairs.count)).map { ($0.value - $1.value) / 2 }
    }
    // Both orders.
    result.forwardPasses *= 2
    return result
  }

  /// A query and a document, of which one lacks a word.
  private struct Variant {
    /// The whole document's, among the explained ones.
    let number: Int
    let query: String
    let document: Document
    /// What duoT5 reads of it.
    let window: Range<Int>?
  }

  /// - Parameter score: Scores variants that have one wording of the query, which comes with them.
  private func explain(
    _ documents: [Document], in windows: [Range<Int>?], for query: Query, scale: ScoreScale,
    _ score: (_ variants: [Variant], _ query: Query) throws -> [Double]
  ) throws -> OccludedDocuments {
    let words = TextUnits(query.text, atMost: wordLimit)
    // Without its only word a query is empty, which scorers refuse.
    let queryWords = words.ranges.count > 1 ? words.ranges : []
    let queries = queryWords.indices.map(words.text(without:))
    let texts = documents.map { TextUnits($0.text, atMost: wordLimit) }

    var scores: [Double] = []
    var waiting: [Variant] = []
    var waitingBytes = 0
    func flush() throws {
      var more = [Double](repeating: 0, count: waiting.count)
      // The numbers of the variants with one wording of the query; few but the first have many.
      let groups = Dictionary(grouping: waiting.indices) { ExactID(waiting[$0].query) }
      for (wording, numbers) in groups {
        let scored = try score(
          numbers.map { waiting[$0] }, Query(id: query.id, text: wording.text))
        for (number, score) in zip(numbers, scored) { more[number] = score }
      }
      scores += more
      waiting.removeAll()
      waitingBytes = 0
    }
    for (number, units) in texts.enumerated() {
      let (document, window) = (documents[number], windows[number])
      for wording in [query.text] + queries {
        waiting.append(
          Variant(number: number, query: wording, document: document, window: window))
      }
      for index in units.ranges.indices {
        let text = units.text(without: index)
        let removed = units.removedScalars(index)
        waiting.append(
          Variant(
            number: number, query: query.text,
            document: Document(
              text: text, bodyStart: document.bodyStart.moved(byRemoving: removed)),
            window: window.map {
              $0.lowerBound.moved(byRemoving: removed)..<$0.upperBound.moved(byRemoving: removed)
            }))
        waitingBytes += text.utf8.count
        if waitingBytes > Self.mostBytes { try flush() }
      }
    }
    if !waiting.isEmpty { try flush() }

    var result = OccludedDocuments(
      scores: [], importanceScale: scale.ofDifferences, forwardPasses: scores.count)
    var rest = scores[...]
    for document in texts {
      let whole = rest.removeFirst()
      func importances(_ ranges: [Range<String.Index>]) -> [OccludedScore.Word] {
        ranges.map { range in
          let without = scale.forDifferences(rest.removeFirst())
          return OccludedScore.Word(
            range: range, importance: scale.forDifferences(whole) - without)
        }
      }
      let ofQuery = importances(queryWords)
      result.scores.append(
        OccludedScore(
          score: whole, queryWords: ofQuery, documentWords: importances(document.ranges)))
    }
    return result
  }

  /// Variants of very long texts are scored in several calls: each holds the text anew.
  private static let mostBytes = 1 << 26
}

extension Document {
  /// As duoT5 reads it: in a window that an earlier stage chose, if one did.
  func read(in window: Range<Int>?) -> Document {
    guard let window else { return self }
    return Document(id: id, text: excerpt(window))
  }
}

extension Int {
  /// Where a place in a text is when a part of the text has been removed.
  fileprivate func moved(byRemoving part: Range<Int>) -> Int {
    self - part.clamped(to: 0..<Swift.max(self, 0)).count
  }
}
