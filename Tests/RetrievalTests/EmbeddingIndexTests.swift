import Foundation
import RankingCore
import Retrieval
import Support
import Testing

/// Embeddings on disk, and the exact search over them.
@Suite struct EmbeddingIndexTests {
  static let fixture = BiEncoderFixture(name: "mean-normalized")

  /// Documents of a few words, some of them equal.
  static func documents(_ count: Int, seed: UInt64) -> [Document] {
    var random = SeededRandom(seed: seed)
    let words = ["vaccine", "immune", "system", "cat", "café", "how", "work", "the", "of", "über"]
    return (0..<count).map { number in
      let text = (0..<Int.random(in: 0...4, using: &random)).map { _ in
        words[Int.random(in: 0..<words.count, using: &random)]
      }
      return Document(id: "d\(number)", text: text.joined(separator: " "))
    }
  }

  static func build(
    _ documents: [Document], at path: String, _ encoder: BiEncoder,
    storage: EmbeddingStorage = .float32, storesTexts: Bool = true
  ) throws -> EmbeddingIndex {
    let builder = try EmbeddingIndexBuilder(
      path: path, encoder: encoder, storage: storage, storesTexts: storesTexts)
    for document in documents { try builder.add(document) }
    try builder.finish()
    return try EmbeddingIndex(path: path)
  }

  @Test("A search equals a plain sort of all dot products", arguments: [1, 3, 511, 512, 1300])
  func plainSort(count: Int) throws {
    try TemporaryFolder.use { folder in
      let encoder = try Self.fixture.load()
      let documents = Self.documents(count, seed: 7)
      let index = try Self.build(documents, at: folder.path(of: "index"), encoder)
      // More than one batch of queries.
      let queries = Self.documents(300, seed: 8).map(\.text)
      let embeddings = try encoder.embed(queries: queries)
      // Each score by a search for one document more than there are.
      let everything = try index.nearest(count + 1, to: embeddings, threads: 1)
      let rows = try encoder.embed(documents: documents.map(\.text))
      for (query, ranking) in everything.enumerated() {
        #expect(Set(ranking.map(\.document.id)).count == count)
        for (before, after) in zip(ranking, ranking.dropFirst()) {
          let number = { (entry: RankedDocument) in Int(entry.document.id.dropFirst()) ?? -1 }
          #expect(
            before.score > after.score
              || (before.score == after.score && number(before) < number(after)))
        }
        for entry in ranking.prefix(3) {
          let row = rows[try #require(Int(entry.document.id.dropFirst()))]
          let product = zip(embeddings[query], row).reduce(0.0) {
            $0 + Double($1.0) * Double($1.1)
          }
          // A sum of 24 products of unit vectors in fp32.
          #expect(abs(entry.score - product) <= 1e-6)
        }
      }
      for (limit, threads) in [(1, 1), (10, 3), (700, 2)] {
        let found = try index.nearest(limit, to: embeddings, threads: threads)
        #expect(found == everything.map { $0.top(limit) }, "limit \(limit), threads \(threads)")
      }
    }
  }

  @Test("One query finds what a batch finds, bit for bit")
  func batches() throws {
    try TemporaryFolder.use { folder in
      let encoder = try Self.fixture.load()
      let index = try Self.build(
        Self.documents(700, seed: 9), at: folder.path(of: "index"), encoder)
      let retriever = try EmbeddingRetriever(index, encoder: encoder)
      let queries = Self.documents(40, seed: 10).map { Query(id: $0.id, text: $0.text) }
      let together = try retriever.candidates(for: queries, limit: 20)
      for (query, ranking) in zip(queries, together) {
        #expect(try retriever.candidates(for: query, limit: 20) == ranking)
      }
      #expect(try retriever.candidates(for: queries[0], limit: 0).isEmpty)
    }
  }

  @Test("Documents come back with their texts, or without where these are not stored")
  func texts() throws {
    try TemporaryFolder.use { folder in
      let encoder = try Self.fixture.load()
      let documents = [Document(id: "é/1", text: ""), Document(id: "2", text: "a cat\n🙂")]
      let whole = try Self.build(documents, at: folder.path(of: "whole"), encoder)
      #expect(try (0..<2).map { try whole.document(at: $0) } == documents)
      let bare = try Self.build(
        documents, at: folder.path(of: "bare"), encoder, storesTexts: false)
      #expect(try bare.document(at: 1) == Document(id: "2", text: ""))
      #expect(EmbeddingIndex.isPresent(at: whole.path))
      #expect(!EmbeddingIndex.isPresent(at: folder.path))
    }
  }

  @Test("Half precision keeps scores to its rounding, at half the size")
  func halfPrecision() throws {
    try TemporaryFolder.use { folder in
      let encoder = try Self.fixture.load()
      let documents = Self.documents(600, seed: 11)
      let full = try Self.build(documents, at: folder.path(of: "full"), encoder)
      let half = try Self.build(
        documents, at: folder.path(of: "half"), encoder, storage: .float16)
      #expect(full.byteCount - half.byteCount >= 600 * 24 * 2 - 16)
      let queries = try encoder.embed(queries: ["the immune system"])
      let exact = try full.nearest(600, to: queries, threads: 1)[0]
      let rounded = try half.nearest(600, to: queries, threads: 1)[0]
      let scores = Dictionary(uniqueKeysWithValues: rounded.map { ($0.document.id, $0.score) })
      for entry in exact {
        // Half precision keeps 11 bits: each product errs by 2⁻¹² of itself at most.
        #expect(abs(try #require(scores[entry.document.id]) - entry.score) <= 0x1p-11)
      }
    }
  }

  @Test("A repeated identifier is refused, and the building goes on")
  func repeated() throws {
    try TemporaryFolder.use { folder in
      let builder = try EmbeddingIndexBuilder(
        path: folder.path(of: "index"), encoder: try Self.fixture.load())
      try builder.add(Document(id: "a", text: "cat"))
      #expect(throws: RetrievalError.repeatedDocument(id: "a")) {
        try builder.add(Document(id: "a", text: "other"))
      }
      try builder.add(Document(id: "b", text: "other"))
      try builder.finish()
      #expect(try EmbeddingIndex(path: folder.path(of: "index")).documentCount == 2)
    }
  }

  @Test("An index that is not finished leaves nothing behind, and an empty one is refused")
  func unfinished() throws {
    try TemporaryFolder.use { folder in
      let encoder = try Self.fixture.load()
      do {
        let builder = try EmbeddingIndexBuilder(path: folder.path(of: "index"), encoder: encoder)
        try builder.add(Document(id: "a", text: "cat"))
      }
      do {
        let builder = try EmbeddingIndexBuilder(path: folder.path(of: "index"), encoder: encoder)
        #expect(throws: RetrievalError.self) { try builder.finish() }
      }
      #expect(try folder.names() == [])
      #expect(throws: RetrievalError.missing(path: folder.path)) {
        try EmbeddingIndex(path: folder.path)
      }
    }
  }

  @Test("A search with another model than the index's is refused")
  func otherModel() throws {
    try TemporaryFolder.use { folder in
      let index = try Self.build(
        Self.documents(5, seed: 12), at: folder.path(of: "index"), try Self.fixture.load())
      let other = try Self.fixture.load { $0.documentPrompt = "document: " }
      #expect(
        throws: BiEncoderError.otherModel(
          path: index.path, expected: index.fingerprint, found: other.fingerprint)
      ) { try EmbeddingRetriever(index, encoder: other) }
    }
  }

  @Test(
    "A file that was changed in any way is refused, or gives a document or an error",
    arguments: 0..<400 as Range<UInt64>)
  func corruption(seed: UInt64) throws {
    var random = SeededRandom(seed: seed)
    try TemporaryFolder.use { folder in
      let documents = Self.documents(6, seed: 13)
      let path = folder.path(of: "index")
      let encoder = try Self.fixture.load()
      _ = try Self.build(documents, at: path, encoder)
      let names = ["index.json", "embeddings", "documents", "store"]
      let name = names[Int(seed) % names.count]
      let intact = try folder.bytes(of: "index/\(name)")
      let changed = Self.mutated(intact, &random)
      try folder.write(changed, to: "index/\(name)")
      do {
        let index = try EmbeddingIndex(path: path)
        // Texts are not hashed at opening: a changed one is found only where its place is wrong.
        #expect(changed == intact || name == "store")
        for number in 0..<index.documentCount { _ = try? index.document(at: number) }
        let queries = try encoder.embed(queries: ["cat"])
        _ = try? index.nearest(3, to: queries, threads: 1)
      } catch is RetrievalError {
        #expect(changed != intact)
      }
    }
  }

  static func mutated(_ bytes: [UInt8], _ random: inout SeededRandom) -> [UInt8] {
    var bytes = bytes
    let place = Int.random(in: 0..<bytes.count, using: &random)
    switch Int.random(in: 0..<4, using: &random) {
    case 0: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
    case 1: bytes.removeSubrange(place...)
    case 2: bytes.insert(UInt8.random(in: 0...255, using: &random), at: place)
    default:
      for index in place..<min(place + 8, bytes.count) { bytes[index] = 0xFF }
    }
    return bytes
  }
}
