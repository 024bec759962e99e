import Foundation
import RankingCore
import Reranking
import Retrieval
import Support
import Testing

/// Token vectors on disk, from which a ColBERT re-ranks.
@Suite("An index of token vectors")
struct TokenVectorIndexTests {
  private static let readModel = Result {
    try ModelDirectory(path: ColBERTFixture(name: "colbert-ai").folder)
  }

  static func scorer(_ vectors: TokenVectorIndex? = nil) throws -> ColBERT {
    var options = RerankerOptions()
    options.threads = 2
    options.documentVectors = vectors
    return try ColBERT(readModel.get(), options: options)
  }

  static func documents() throws -> [Document] {
    try ColBERTFixture.texts().documents.enumerated().map {
      Document(id: "é\($0)", text: $1)
    }
  }

  @discardableResult
  static func build(
    _ documents: [Document], at path: String, storage: EmbeddingStorage = .float32
  ) throws -> TokenVectorIndex {
    let builder = try TokenVectorIndexBuilder(path: path, model: scorer(), storage: storage)
    for document in documents { try builder.add(document) }
    try builder.finish()
    return try TokenVectorIndex(path: path)
  }

  @Test("Scores from it are the model's own, bit for bit, after the query's pass alone")
  func bits() throws {
    try TemporaryFolder.use { folder in
      let documents = try Self.documents()
      let index = try Self.build(documents, at: folder.path(of: "x"))
      #expect(index.documentCount == documents.count && index.dimension == 16)
      let stored = try Self.scorer(index)
      for query in try ColBERTFixture.texts().queries {
        let query = Query(text: query)
        let expected = try Self.scorer().rerank(documents, for: query, progress: nil)
        let found = try stored.rerank(documents, for: query, progress: nil)
        #expect(found.ranking == expected.ranking)
        #expect(found.statistics.forwardPasses == 1 && found.statistics.tokens == 12)
        #expect(found.statistics.documentsWithVectors == documents.count)
        #expect(found.statistics.documentsWithoutVectors == 0)
        #expect(found.statistics.shortenedDocuments == expected.statistics.shortenedDocuments)
      }
    }
  }

  @Test("Half precision takes half the bytes, and moves scores by its rounding only")
  func halfPrecision() throws {
    try TemporaryFolder.use { folder in
      let documents = try Self.documents()
      let full = try Self.build(documents, at: folder.path(of: "full"))
      let half = try Self.build(documents, at: folder.path(of: "half"), storage: .float16)
      #expect(full.byteCount - half.byteCount >= full.vectorCount * 16 * 2 - 64)
      let query = Query(text: "how do vaccines work")
      let expected = try Self.scorer().scores(of: documents, for: query).scores
      let found = try Self.scorer(half).scores(of: documents, for: query).scores
      // Half precision keeps 11 bits: each of twelve products of unit vectors errs by 2⁻¹¹ at most.
      #expect(zip(found, expected).allSatisfy { abs($0.0 - $0.1) <= 12 * 0x1p-11 })
      #expect(found != expected)
      // A document that is not there is rounded in the same way.
      let some = try Self.build(
        Array(documents.prefix(3)), at: folder.path(of: "some"), storage: .float16)
      #expect(try Self.scorer(some).scores(of: documents, for: query).scores == found)
    }
  }

  @Test("A document that is not there, or has another text, is computed")
  func otherTexts() throws {
    try TemporaryFolder.use { folder in
      let documents = try Self.documents()
      let index = try Self.build(Array(documents.dropLast()), at: folder.path(of: "x"))
      var asked = documents
      asked[0].text = "a cat"
      let query = Query(text: "cat")
      let result = try Self.scorer(index).rerank(asked, for: query, progress: nil)
      let expected = try Self.scorer().rerank(asked, for: query, progress: nil)
      #expect(result.ranking == expected.ranking)
      #expect(result.statistics.documentsWithoutVectors == 2)
      #expect(result.statistics.forwardPasses == 3)
      // Equal letters of other bytes are another identifier.
      let decomposed = Document(id: "e\u{301}1", text: documents[1].text)
      #expect(try index.vectors(of: decomposed) == nil)
      #expect(try index.vectors(of: documents[1]) != nil)
    }
  }

  @Test("Many documents are each found by their identifier")
  func manyDocuments() throws {
    try TemporaryFolder.use { folder in
      // More than one slice.
      let documents = (0..<1300).map { Document(id: "d\($0 * 7)", text: "cat \($0 % 10)") }
      let index = try Self.build(documents, at: folder.path(of: "x"))
      for document in documents { #expect(try index.vectors(of: document)?.count == 5) }
      #expect(try index.vectors(of: Document(id: "d1", text: "cat 0")) == nil)
    }
  }

  @Test("Vectors of another model are refused")
  func otherModel() throws {
    try TemporaryFolder.use { folder in
      let index = try Self.build(Self.documents(), at: folder.path(of: "x"))
      for fixture in [ColBERTFixture(name: "pylate"), ColBERTFixture(name: "pylate-plain")] {
        let model = try ModelDirectory(path: fixture.assemble(in: folder, as: fixture.name))
        var options = RerankerOptions()
        options.documentVectors = index
        #expect(throws: RerankingError.self) { try ColBERT(model, options: options) }
      }
      // Its copy is the same model; with other settings it is another.
      let fixture = ColBERTFixture(name: "colbert-ai")
      var options = RerankerOptions()
      options.documentVectors = index
      let copy = try ModelDirectory(path: fixture.assemble(in: folder, as: "copy"))
      _ = try ColBERT(copy, options: options)
      let metadata = try String(
        contentsOfFile: "\(fixture.folder)/artifact.metadata", encoding: .utf8)
      let changed = try ModelDirectory(
        path: fixture.assemble(
          in: folder, as: "changed",
          replacing: [
            "artifact.metadata": metadata.replacingOccurrences(
              of: "\"attend_to_mask_tokens\": false", with: "\"attend_to_mask_tokens\": true")
          ]))
      let error = #expect(throws: RerankingError.self) { try ColBERT(changed, options: options) }
      #expect(error?.description.contains("found those of another; make them anew") == true)
    }
  }

  @Test("Without its last document it leaves nothing behind, and repeated ones are refused")
  func building() throws {
    try TemporaryFolder.use { folder in
      do {
        let builder = try TokenVectorIndexBuilder(
          path: folder.path(of: "x"), model: Self.scorer())
        try builder.add(Document(id: "a", text: "cat"))
        #expect(throws: RetrievalError.repeatedDocument(id: "a")) {
          try builder.add(Document(id: "a", text: "other"))
        }
      }
      do {
        let builder = try TokenVectorIndexBuilder(
          path: folder.path(of: "x"), model: Self.scorer())
        #expect(throws: RetrievalError.self) { try builder.finish() }
      }
      #expect(try folder.names() == [])
      #expect(throws: RetrievalError.missing(path: folder.path)) {
        try TokenVectorIndex(path: folder.path)
      }
    }
  }

  @Test(
    "A file that was changed in any way is refused, or its documents are",
    arguments: 0..<120 as Range<UInt64>)
  func corruption(seed: UInt64) throws {
    var random = SeededRandom(seed: seed)
    try TemporaryFolder.use { folder in
      let documents = Array(try Self.documents().prefix(7))
      try Self.build(documents, at: folder.path(of: "x"))
      let names = ["index.json", "vectors", "entries", "places", "documents", "store"]
      let name = names[Int(seed) % names.count]
      let intact = try folder.bytes(of: "x/\(name)")
      let changed = EmbeddingIndexTests.mutated(intact, &random)
      try folder.write(changed, to: "x/\(name)")
      do {
        let index = try TokenVectorIndex(path: folder.path(of: "x"))
        // Vectors are compared where they are used; eight bytes of padding are not.
        #expect(changed == intact || name == "vectors")
        let rows = intact.count - 8
        let isWhole = changed.prefix(rows).elementsEqual(intact.prefix(rows))
        let ranked = Result {
          try Self.scorer(index).rerank(documents, for: Query(text: "cat"), progress: nil)
        }
        switch ranked {
        case .success: #expect(isWhole)
        case .failure(let error):
          #expect(!isWhole && error is RerankingError)
          #expect(String(describing: error).contains("as they were written"))
        }
      } catch is RetrievalError {
        #expect(changed != intact)
      }
    }
  }
}
