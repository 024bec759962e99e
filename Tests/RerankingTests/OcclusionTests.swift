import Foundation
import RankingCore
import Reranking
import Support
import Synchronization
import Testing

@Suite("Words that matter")
struct OcclusionTests {
  @Test(
    "A word's importance is what the score loses without it, in one call for a wording of the query"
  )
  func direct() throws {
    var random = SeededRandom(seed: 11)
    for _ in 0..<50 {
      let scorer = CountingScorer()
      let query = Self.words(2...6, using: &random)
      let documents = (0..<Int.random(in: 1...4, using: &random)).map { _ in
        Self.words(0...12, using: &random)
      }
      let result = try OcclusionExplainer().explain(
        documents.map { Document(text: $0.joined(separator: "  ")) },
        for: Query(text: query.joined(separator: " ")), by: scorer)

      let calls = scorer.calls.withLock { $0 }
      #expect(calls.reduce(0, +) == result.forwardPasses && calls.count <= 1 + query.count)
      #expect(
        result.forwardPasses
          == documents.reduce(0) { $0 + 1 + query.count + $1.count })
      for (document, score) in zip(documents, result.scores) {
        let whole = CountingScorer.score(query, document)
        #expect(score.score == whole)
        #expect(
          score.queryWords.map(\.importance)
            == query.indices.map { whole - CountingScorer.score(query.without($0), document) })
        #expect(
          score.documentWords.map(\.importance)
            == document.indices.map { whole - CountingScorer.score(query, document.without($0)) })
        let text = document.joined(separator: "  ")
        #expect(score.documentWords.map { String(text[$0.range]) } == document)
      }
    }
  }

  @Test("A long text is taken in phrases, as many as are allowed")
  func phrases() throws {
    let text = "a b c\nd  e f g h i j."
    let score = try #require(
      OcclusionExplainer(wordLimit: 4).explain(
        [Document(text: text)], for: Query(text: "one two"), by: CountingScorer()
      ).scores.first)
    #expect(
      score.documentWords.map { String(text[$0.range]) } == ["a b c", "d  e f", "g h", "i j."])
    // What `CountingScorer` counts: characters.
    #expect(score.documentWords.map(\.importance) == [3, 3, 2, 3])
  }

  @Test(
    "Words are what stands between white space; of scripts without spaces, each character",
    arguments: [
      ("bees’ home, 3.5 km", ["bees’", "home,", "3.5", "km"]), ("", []), (" \n\t", []),
      (" a ", ["a"]), ("蜜蜂 home回", ["蜜", "蜂", "home", "回"]), ("ภาษา", ["ภ", "า", "ษ", "า"]),
      ("e\u{301}te\u{301} \u{1F469}\u{200D}\u{1F33E}", ["été", "👩‍🌾"]),
    ])
  func words(text: String, expected: [String]) throws {
    let score = try #require(
      OcclusionExplainer().explain(
        [Document(text: text)], for: Query(text: "a b"), by: CountingScorer()
      ).scores.first)
    let words = score.documentWords.map { String(text[$0.range]) }
    // Characters of some scripts join their vowels.
    #expect(words.joined() == expected.joined())
    if !text.hasPrefix("ภ") { #expect(words == expected) }
  }

  @Test("A query of one word is not left out, for nothing would be asked")
  func shortQuery() throws {
    let result = try OcclusionExplainer().explain(
      [Document(text: "x")], for: Query(text: " bees "), by: CountingScorer())
    #expect(result.scores.first?.queryWords == [])
    #expect(result.forwardPasses == 2)
  }

  @Test(
    "Of probabilities it is the difference of their log-odds, finite even where they are 0 or 1")
  func probabilities() throws {
    let table = ["a b": 0.99, "a": 0.9, "b": 0.5]
    for scale in [ScoreScale.probability, .logProbability] {
      let scorer = TableScorer(
        scores: scale == .probability ? table : table.mapValues { log($0) }, scale: scale)
      let result = try OcclusionExplainer().explain(
        [Document(text: "a b")], for: Query(text: "q"), by: scorer)
      #expect(result.importanceScale == .logit)
      // The log-odds are ln 99, and ln 1 without the first word, ln 9 without the second.
      for (word, expected) in zip(result.scores[0].documentWords, [log(99.0), log(11.0)]) {
        // A few roundings of numbers below 8.
        #expect(abs(word.importance - expected) < 1e-13)
      }
      let ends: [String: Double] =
        scale == .probability ? ["a b": 1, "a": 0] : ["a b": 0, "a": -1e300]
      let edge = try OcclusionExplainer().explain(
        [Document(text: "a b")], for: Query(text: "q"), by: TableScorer(scores: ends, scale: scale))
      for word in edge.scores[0].documentWords {
        #expect(word.importance > 30 && word.importance.isFinite)
      }
    }
  }

  @Test(
    "Of a model it is the difference of two scores, to the last bit", arguments: ["mono", "cross"])
  func model(mode: String) throws {
    var options = RerankerOptions()
    options.scale = .logit
    let scorer: any PointwiseScorer =
      mode == "mono"
      ? try MonoT5(ShippedModel.t5(), options: options)
      : try CrossEncoder(ShippedModel.bert(), options: options)
    let query = "how do vaccines work"
    let text = "A vaccine shows the body a harmless part of a virus."
    let result = try OcclusionExplainer().explain(
      [Document(text: text)], for: Query(text: query), by: scorer)
    let words = text.split(separator: " ").map(String.init)
    let texts = words.indices.map { words.without($0).joined(separator: " ") }
    let scores = try scorer.scores(for: [TextPair(query, text)] + texts.map { TextPair(query, $0) })
    #expect(result.scores[0].score == scores[0])
    #expect(
      result.scores[0].documentWords.map(\.importance) == scores.dropFirst().map { scores[0] - $0 })
    #expect(result.scores[0].documentWords.contains { $0.importance != 0 })
  }

  @Test("duoT5 compares with the next document, the last with the one before, both ways")
  func pairs() throws {
    let duo = try DuoT5(ShippedModel.t5())
    let texts = ["Vaccines train cells.", "Wings lift.", "A vaccine works."]
    let result = try OcclusionExplainer().explain(
      texts.map { Document(text: $0) }, for: Query(text: "vaccines work"), by: duo)
    func margin(_ query: String, _ first: String, _ second: String) throws -> Double {
      let answers = try duo.preferences(
        among: [Document(text: first), Document(text: second)],
        pairs: PairSelection.allOrdered.pairs(count: 2), for: Query(text: query)
      ).preferences
      let (above, below) = (answers[0, over: 1], answers[1, over: 0])
      return (try #require(above).value - #require(below).value) / 2
    }
    for (index, rival) in [(0, 1), (1, 2), (2, 1)] {
      let whole = try margin("vaccines work", texts[index], texts[rival])
      let score = result.scores[index]
      #expect(score.score == whole)
      #expect(
        try score.queryWords.map(\.importance)
          == ["work", "vaccines"].map { try whole - margin($0, texts[index], texts[rival]) })
      let words = texts[index].split(separator: " ").map(String.init)
      #expect(
        try score.documentWords.map(\.importance)
          == words.indices.map {
            try whole
              - margin("vaccines work", words.without($0).joined(separator: " "), texts[rival])
          })
    }
    #expect(result.forwardPasses == 2 * (3 * 3 + 3 + 2 + 3))
  }

  @Test("A document without a word keeps its body, and what is before it")
  func bodies() throws {
    let document = Document(text: "t u\nb c d", bodyStart: 4)
    let score = try #require(
      OcclusionExplainer().explain([document], for: Query(text: "q"), by: BodyScorer()).scores.first
    )
    // What `BodyScorer` counts: "b c d", and nothing of "t u\n".
    #expect(score.score == 105)
    #expect(score.documentWords.map(\.importance) == [0, 0, 2, 2, 2])
  }

  @Test("Wordings of a query that only Swift holds to be equal are scored apart")
  func equivalentWordings() throws {
    let score = try #require(
      OcclusionExplainer().explain(
        [Document(text: "x")], for: Query(text: "\u{E9} e\u{301}"), by: BodyScorer()
      ).scores.first)
    // Six bytes of UTF-8; three without the first word, two without the second.
    #expect(score.score == 601)
    #expect(score.queryWords.map(\.importance) == [300, 400])
  }

  private static func words(
    _ count: ClosedRange<Int>, using random: inout SeededRandom
  ) -> [String] {
    (0..<Int.random(in: count, using: &random)).map { _ in
      String(repeating: "w", count: Int.random(in: 1...9, using: &random))
    }
  }
}

extension [String] {
  fileprivate func without(_ index: Int) -> [String] {
    var words = self
    words.remove(at: index)
    return words
  }
}

/// Scores a document by a table; those that are not in it have an even chance.
private struct TableScorer: PointwiseScorer {
  let scores: [String: Double]
  let scale: ScoreScale

  func scores(for pairs: [TextPair]) -> [Double] {
    pairs.map { scores[$0.document] ?? (scale == .probability ? 0.5 : log(0.5)) }
  }

  func scores(
    of documents: [Document], for query: Query, progress: (@Sendable (Int, Int) -> Void)?
  ) -> ScoredDocuments {
    ScoredDocuments(
      scores: scores(for: documents.map { TextPair(query.text, $0.text) }), scale: scale)
  }
}

/// Scores 100 times the query's bytes, and the document's body by its scalars.
private struct BodyScorer: PointwiseScorer {
  var scale: ScoreScale { .logit }

  func scores(for pairs: [TextPair]) -> [Double] {
    pairs.map { Self.score($0.query, Document(text: $0.document)) }
  }

  func scores(
    of documents: [Document], for query: Query, progress: (@Sendable (Int, Int) -> Void)?
  ) -> ScoredDocuments {
    ScoredDocuments(scores: documents.map { Self.score(query.text, $0) }, scale: scale)
  }

  private static func score(_ query: String, _ document: Document) -> Double {
    Double(100 * query.utf8.count + document.text.unicodeScalars.count - document.bodyStart)
  }
}

/// Scores a pair by its characters, and remembers how many documents it was asked about in each call.
private final class CountingScorer: PointwiseScorer {
  let calls = Mutex<[Int]>([])
  var scale: ScoreScale { .logit }

  static func score(_ query: [String], _ document: [String]) -> Double {
    Double(100 * query.joined().count + document.joined().count)
  }

  func scores(for pairs: [TextPair]) -> [Double] {
    pairs.map { pair in
      let (query, document) = (pair.query, pair.document)
      return Double(
        100 * query.count { !$0.isWhitespace } + document.count { !$0.isWhitespace })
    }
  }

  func scores(
    of documents: [Document], for query: Query, progress: (@Sendable (Int, Int) -> Void)?
  ) -> ScoredDocuments {
    calls.withLock { $0.append(documents.count) }
    return ScoredDocuments(
      scores: scores(for: documents.map { TextPair(query.text, $0.text) }), scale: scale)
  }
}
