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
  /// All variants of all documents are scored in one call.
  ///
  /// - Throws: What the scorer throws.
  public func explain(
    _ documents: [Document], for query: Query, by scorer: any PointwiseScorer
  ) throws -> OccludedDocuments {
    try explain(documents, for: query, scale: scorer.scale) { variants in
      let pairs = variants.map { TextPair($0.query, $0.text) }
      return (try scorer.scores(for: pairs), passes: pairs.count)
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
    precondition(documents.count >= 2, "one document cannot be compared")
    return try explain(documents, for: query, scale: .logit) { variants in
      var scores = [Double](repeating: 0, count: variants.count)
      // The numbers of the variants with one wording of the query; few but the first have many.
      let groups = Dictionary(grouping: variants.indices) { variants[$0].query }
      for (wording, numbers) in groups {
        // The documents themselves, then the variants of which each is compared with a document.
        let texts = documents + numbers.map { Document(text: variants[$0].text) }
        let pairs = numbers.enumerated().map { offset, number in
          let document = variants[number].document
          return IndexPair(
            first: documents.count + offset,
            second: document + 1 < documents.count ? document + 1 : document - 1)
        }
        var tally = ScoringTally()
        var comparer = try PairComparer(
          scorer.prompted, texts, Query(id: query.id, text: wording))
        let answers = try comparer.answers(
          to: pairs + pairs.map(\.swapped), tally: &tally, progress: nil)
        for (offset, number) in numbers.enumerated() {
          scores[number] = (answers[offset].value - answers[numbers.count + offset].value) / 2
        }
      }
      return (scores, passes: 2 * variants.count)
    }
  }

  /// A query and a document, of which one lacks a word.
  private struct Variant {
    let document: Int
    let query: String
    let text: String
  }

  private func explain(
    _ documents: [Document], for query: Query, scale: ScoreScale,
    _ score: ([Variant]) throws -> (scores: [Double], passes: Int)
  ) throws -> OccludedDocuments {
    let words = TextUnits(query.text, atMost: wordLimit)
    // Without its only word a query is empty, which scorers refuse.
    let queryWords = words.ranges.count > 1 ? words.ranges : []
    let queries = queryWords.indices.map(words.text(without:))
    let texts = documents.map { TextUnits($0.text, atMost: wordLimit) }

    var result = OccludedDocuments(
      scores: [], importanceScale: scale.ofDifferences, forwardPasses: 0)
    var scores: [Double] = []
    var waiting: [Variant] = []
    var waitingBytes = 0
    func flush() throws {
      let (more, passes) = try score(waiting)
      scores += more
      result.forwardPasses += passes
      waiting.removeAll()
      waitingBytes = 0
    }
    for (number, document) in texts.enumerated() {
      waiting.append(Variant(document: number, query: query.text, text: document.text))
      waiting += queries.map { Variant(document: number, query: $0, text: document.text) }
      for index in document.ranges.indices {
        let text = document.text(without: index)
        waiting.append(Variant(document: number, query: query.text, text: text))
        waitingBytes += text.utf8.count
        if waitingBytes > Self.mostBytes { try flush() }
      }
    }
    if !waiting.isEmpty { try flush() }

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
