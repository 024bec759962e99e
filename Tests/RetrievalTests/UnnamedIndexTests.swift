import Foundation
import RankingCore
import Retrieval
import Support
import Testing

@Suite("Searching texts that are in memory")
struct UnnamedIndexTests {
  private static func texts(seed: UInt64) -> [String] {
    var random = SeededRandom(seed: seed)
    return (0..<60).map { _ in
      (0..<Int.random(in: 0...12, using: &random)).map { _ in
        "w\(Int.random(in: 0..<20, using: &random))"
      }.joined(separator: " ")
    }
  }

  @Test("A text's score by itself is the score that a search gives it, bit for bit")
  func scoreOfText() throws {
    let texts = Self.texts(seed: 5)
    let ranker = BM25(try .unnamed(of: texts))
    for query in ["w1", "w2 w3 w3 unknown", "w4 w5 w6 w7 w8"] {
      let found = try ranker.best(texts.count, for: query)
      #expect(!found.isEmpty)
      for entry in found {
        #expect(try ranker.score(of: texts[entry.index], for: query) == entry.score)
      }
      let others = Set(texts.indices).subtracting(found.map(\.index))
      for index in others { #expect(try ranker.score(of: texts[index], for: query) == 0) }
      let ranking = try ranker.candidates(for: Query(text: query), limit: texts.count)
      #expect(ranking.map(\.document.id) == found.map { String($0.index) })
    }
  }

  @Test("What is to be removed on an interrupt is gone when the index is open")
  func files() throws {
    var paths: [String] = []
    let index = try BM25Index.unnamed(of: Self.texts(seed: 6)) { paths = $0 }
    #expect(index.documentCount == 60 && !paths.isEmpty)
    #expect(paths.allSatisfy { !FileManager.default.fileExists(atPath: $0) })
  }

  @Test("The nearest embeddings are those with the greatest dot products, on any number of threads")
  func nearest() {
    var random = SeededRandom(seed: 7)
    func embeddings(_ count: Int) -> Embeddings {
      // Small whole numbers: sums are exact in any order.
      Embeddings(
        dimension: 8,
        values: (0..<count * 8).map { _ in Float(Int.random(in: -3...3, using: &random)) })
    }
    let rows = embeddings(1100)
    let queries = embeddings(3)
    for threads in [1, 3] {
      let found = rows.nearest(20, to: queries, threads: threads)
      for query in 0..<queries.count {
        let scores = (0..<rows.count).map { rows.product(of: $0, with: queries, row: query) }
        let best = scores.indices.sorted {
          scores[$0] != scores[$1] ? scores[$0] > scores[$1] : $0 < $1
        }
        #expect(found[query].map(\.index) == Array(best.prefix(20)))
        #expect(found[query].map(\.score) == best.prefix(20).map { scores[$0] })
      }
    }
  }
}
