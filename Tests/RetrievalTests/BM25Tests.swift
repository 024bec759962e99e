import Foundation
import RankingCore
import Retrieval
import Support
import Testing

@Suite("BM25")
struct BM25Tests {
  /// Scores are rounded to multiples of 2⁻³² for each term; the reference is not rounded.
  private static let rounding = 1e-8

  @Test("Scores are those worked out by hand")
  func byHand() throws {
    try withTemporaryFolder { folder in
      let builder = try BM25IndexBuilder(path: "\(folder)/index")
      try builder.add(Document(id: "x", text: "bee hive bee"))
      try builder.add(Document(id: "y", text: "the hive"))
      try builder.add(Document(id: "z", text: "ants march in a long line"))
      try builder.finish()
      let index = try BM25Index(path: "\(folder)/index")
      #expect(index.documentCount == 3)
      #expect(index.meanLength == 8.0 / 3)
      // bee: n = 1, idf = ln(1 + 2.5 / 1.5); f = 2, length 3 of 8/3.
      let bee = log(1 + 2.5 / 1.5) * 2 / (2 + 0.9 * (0.6 + 0.4 * 3 / (8.0 / 3)))
      // hive: n = 2, idf = ln(1 + 1.5 / 2.5); f = 1, lengths 3 and 1.
      let hiveX = log(1 + 1.5 / 2.5) / (1 + 0.9 * (0.6 + 0.4 * 3 / (8.0 / 3)))
      let hiveY = log(1 + 1.5 / 2.5) / (1 + 0.9 * (0.6 + 0.4 * 1 / (8.0 / 3)))
      let ranking = try BM25(index).candidates(for: Query(text: "The Bees' hives"), limit: 10)
      #expect(ranking.map(\.document.id) == ["x", "y"])
      #expect(abs(ranking[0].score - (bee + hiveX)) < Self.rounding)
      #expect(abs(ranking[1].score - hiveY) < Self.rounding)
      #expect(ranking.allSatisfy { $0.scale == .bm25 })
      #expect(ranking.map(\.candidateIndex) == [0, 1])
      #expect(ranking[0].document.text == "bee hive bee")
      let twice = try BM25(index).candidates(for: Query(text: "bee bee"), limit: 1)
      #expect(abs(twice[0].score - 2 * bee) < Self.rounding)
    }
  }

  @Test("Queries without a known word find nothing, and a limit of 0 keeps nothing")
  func emptyResults() throws {
    try withTemporaryFolder { folder in
      let corpus = RandomCorpus(documents: 5, vocabulary: 5, longest: 5, seed: 1)
      let bm25 = BM25(try corpus.index(in: folder))
      for text in ["", "the", "unknown", "!?"] {
        #expect(try bm25.candidates(for: Query(text: text), limit: 5).isEmpty)
      }
      #expect(try bm25.candidates(for: Query(text: "w0"), limit: 0).isEmpty)
    }
  }

  @Test("A query of very many words is refused")
  func longQuery() throws {
    try withTemporaryFolder { folder in
      let corpus = RandomCorpus(documents: 100, vocabulary: 5, longest: 5, seed: 1)
      let bm25 = BM25(try corpus.index(in: folder))
      let text = String(repeating: "w0 w1 w2 ", count: 500_000)
      #expect(throws: RetrievalError.self) {
        try bm25.candidates(for: Query(text: text), limit: 1)
      }
    }
  }

  @Test(
    "Scores agree with a plain computation, whatever k1 and b", arguments: 0..<6 as Range<UInt64>)
  func plainComputation(seed: UInt64) throws {
    var random = SeededRandom(seed: seed)
    let corpus = RandomCorpus(
      documents: Int.random(in: 1...400, using: &random), vocabulary: 60, longest: 40, seed: seed)
    try withTemporaryFolder { folder in
      let index = try corpus.index(in: folder, postingsInMemory: 300)
      for _ in 0..<20 {
        let parameters = try BM25Parameters(
          k1: [0, 0.9, 1.2, 100].randomElement(using: &random) ?? 0,
          b: [0, 0.4, 1].randomElement(using: &random) ?? 0)
        let query = corpus.query(words: Int.random(in: 1...6, using: &random), &random)
        let plain = PlainBM25(
          corpus.documents, analysis: index.analysis, parameters: parameters
        ).ranking(for: query.text, logarithm: log)
        let found = try BM25(index, parameters: parameters).candidates(for: query, limit: 1000)
        #expect(found.count == plain.count)
        for (entry, expected) in zip(found, plain) {
          #expect(abs(entry.score - expected.1) < Self.rounding)
        }
      }
    }
  }

  @Test(
    "Pruned and exhaustive searches give equal rankings, bit for bit",
    arguments: 0..<10 as Range<UInt64>)
  func pruning(seed: UInt64) throws {
    var random = SeededRandom(seed: seed)
    // Several windows of documents, and terms of many blocks; short documents make many ties.
    let corpus = RandomCorpus(
      documents: Int.random(in: 3000...9000, using: &random),
      vocabulary: Int.random(in: 20...2000, using: &random),
      longest: [2, 12, 60].randomElement(using: &random) ?? 2, seed: seed)
    try withTemporaryFolder { folder in
      let index = try corpus.index(in: folder, storesTexts: false, postingsInMemory: 20_000)
      for _ in 0..<40 {
        let parameters = try BM25Parameters(
          k1: [0, 0.9, 3].randomElement(using: &random) ?? 0,
          b: [0, 0.4, 1].randomElement(using: &random) ?? 0)
        let query = corpus.query(words: Int.random(in: 1...9, using: &random), &random)
        let limit = [1, 10, 100, 5000].randomElement(using: &random) ?? 1
        let pruned = try BM25(index, parameters: parameters).candidates(for: query, limit: limit)
        let all = try BM25.exhaustive(index, parameters: parameters)
          .candidates(for: query, limit: limit)
        #expect(pruned == all)
        #expect(isOrdered(pruned))
      }
    }
  }

  /// By falling score, then in the corpus's order.
  private func isOrdered(_ ranking: Ranking) -> Bool {
    zip(ranking, ranking.dropFirst()).allSatisfy { before, after in
      before.score > after.score
        || before.score == after.score && number(before.document) < number(after.document)
    }
  }

  private func number(_ document: Document) -> Int { Int(document.id.dropFirst()) ?? -1 }
}
