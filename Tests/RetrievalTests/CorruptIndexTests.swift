import Foundation
import RankingCore
import Retrieval
import Support
import Testing

@Suite("Corrupt indexes")
struct CorruptIndexTests {
  private let corpus = RandomCorpus(documents: 500, vocabulary: 120, longest: 30, seed: 11)
  private static let files = [
    "index.json", "terms", "words", "blocks", "postings", "lengths", "documents", "store",
  ]

  @Test(
    "A changed byte or a cut file is refused, or harmless; it is never a trap", arguments: files)
  func damaged(file: String) throws {
    var random = SeededRandom(seed: UInt64(file.utf8.reduce(0) { $0 * 31 + Int($1) } & 0xFFFF))
    try withTemporaryFolder { folder in
      let index = try corpus.index(in: folder)
      let path = "\(index.path)/\(file)"
      let intact = try Data(contentsOf: URL(fileURLWithPath: path))
      for _ in 0..<500 {
        let damaged = damage(intact, &random)
        guard damaged != intact else { continue }
        try damaged.write(to: URL(fileURLWithPath: path))
        // White space after the header's text is no damage.
        let isHeader = file == "index.json"
        #expect(isHeader || isRefused(index.path, verifying: .everything))
        let isOpened = !isRefused(index.path, verifying: .tables)
        if isOpened {
          #expect(isHeader || file == "postings" || file == "store")
          try search(index.path, &random)
        }
      }
    }
  }

  @Test("A file that is not there is named", arguments: files.dropFirst())
  func missingFile(file: String) throws {
    try withTemporaryFolder { folder in
      let index = try corpus.index(in: folder)
      try FileManager.default.removeItem(atPath: "\(index.path)/\(file)")
      let error = #expect(throws: RetrievalError.self) { try BM25Index(path: index.path) }
      #expect(error?.description.contains("expected a file \(file), found none") == true)
    }
  }

  private func damage(_ intact: Data, _ random: inout SeededRandom) -> Data {
    var data = intact
    switch Int.random(in: 0..<4, using: &random) {
    case 0: return data.prefix(Int.random(in: 0..<data.count, using: &random))
    case 1: data.append(UInt8.random(in: 0...255, using: &random))
    case 2:
      for _ in 0..<8 {
        data[Int.random(in: 0..<data.count, using: &random)] = .random(in: 0...255, using: &random)
      }
    default:
      data[Int.random(in: 0..<data.count, using: &random)] ^=
        1 << UInt8.random(in: 0..<8, using: &random)
    }
    return data
  }

  private func isRefused(_ path: String, verifying: BM25Index.Verification) -> Bool {
    do {
      _ = try BM25Index(path: path, verifying: verifying)
      return false
    } catch {
      // One sentence, with the place.
      return error.description.contains(path) && !error.description.contains("\n")
    }
  }

  /// Searches with all kinds of terms; errors are fine.
  private func search(_ path: String, _ random: inout SeededRandom) throws {
    let bm25 = BM25(try BM25Index(path: path))
    for words in [1, 3, 40] {
      let query = corpus.query(words: words, &random)
      do {
        let ranking = try bm25.candidates(for: query, limit: 50)
        #expect(ranking.count <= 50)
      } catch is RetrievalError {}
    }
  }
}
