import Foundation
import RankingCore
import Retrieval
import Support
import Testing

@Suite("Index on disk")
struct IndexTests {
  private let corpus = RandomCorpus(documents: 700, vocabulary: 300, longest: 30, seed: 7)

  @Test("Documents, settings and counts come back as they went in")
  func roundTrip() throws {
    try withTemporaryFolder { folder in
      let analysis = TextAnalysis(stopWords: .none, stemmer: .none)
      let index = try corpus.index(in: folder, analysis: analysis)
      #expect(index.analysis == analysis)
      #expect(index.parameters == .usual)
      #expect(index.storesTexts)
      #expect(index.documentCount == 700)
      for (number, document) in corpus.documents.enumerated() {
        #expect(try index.document(at: number) == document)
      }
      let words = Set(corpus.documents.flatMap { analysis.terms(of: $0.text) })
      #expect(index.termCount == words.count)
    }
  }

  @Test("How often postings are spilled changes no byte", arguments: [1, 50, 3000])
  func spilling(postingsInMemory: Int) throws {
    try withTemporaryFolder { folder in
      _ = try corpus.index(in: folder, name: "one")
      _ = try corpus.index(in: folder, name: "two", postingsInMemory: postingsInMemory)
      #expect(FileManager.default.contentsEqual(atPath: "\(folder)/one", andPath: "\(folder)/two"))
    }
  }

  @Test("Without texts, documents come with their identifiers alone")
  func withoutTexts() throws {
    try withTemporaryFolder { folder in
      let index = try corpus.index(in: folder, storesTexts: false)
      #expect(!index.storesTexts)
      #expect(try index.document(at: 3) == Document(id: "d3", text: ""))
    }
  }

  @Test("A repeated identifier is refused, byte by byte, and the others are kept")
  func repeatedIdentifiers() throws {
    try withTemporaryFolder { folder in
      let builder = try BM25IndexBuilder(path: "\(folder)/index")
      // One character in two forms: different identifiers, though Swift holds the strings equal.
      for id in ["a", "b", "\u{E9}", "e\u{301}", ""] {
        try builder.add(Document(id: id, text: "bee"))
      }
      for id in ["b", "e\u{301}", ""] {
        #expect(throws: RetrievalError.repeatedDocument(id: id)) {
          try builder.add(Document(id: id, text: "wasp"))
        }
      }
      try builder.finish()
      let bm25 = BM25(try BM25Index(path: "\(folder)/index"))
      #expect(try bm25.candidates(for: Query(text: "bee"), limit: 9).count == 5)
      #expect(try bm25.candidates(for: Query(text: "wasp"), limit: 9).isEmpty)
    }
  }

  @Test("A repeated identifier is named without its control characters")
  func controlCharacters() {
    let error = RetrievalError.repeatedDocument(id: "d\u{1B}[31m\u{9B}9")
    #expect(error.description.contains("found \"d\u{FFFD}[31m\u{FFFD}9\" again"))
  }

  @Test("Documents without a word are counted, and an index of nothing else answers")
  func emptyDocuments() throws {
    try withTemporaryFolder { folder in
      let builder = try BM25IndexBuilder(path: "\(folder)/index/")
      try builder.add(Document(id: "a", text: ""))
      try builder.finish()
      let index = try BM25Index(path: "\(folder)/index", verifying: .everything)
      #expect(index.termCount == 0)
      #expect(try BM25(index).candidates(for: Query(text: "bee"), limit: 9).isEmpty)
    }
  }

  @Test("An index that is not finished leaves nothing behind")
  func unfinished() throws {
    try withTemporaryFolder { folder in
      do {
        let builder = try BM25IndexBuilder(path: "\(folder)/index", postingsInMemory: 1)
        for document in corpus.documents { try builder.add(document) }
        #expect(try names(in: folder).count == 1)
        #expect(!FileManager.default.fileExists(atPath: "\(folder)/index"))
      }
      #expect(try names(in: folder) == [])
    }
  }

  @Test("An empty corpus makes no index")
  func emptyCorpus() throws {
    try withTemporaryFolder { folder in
      do {
        let builder = try BM25IndexBuilder(path: "\(folder)/index")
        #expect(throws: RetrievalError.self) { try builder.finish() }
      }
      #expect(try names(in: folder) == [])
    }
  }

  @Test("What is there is not overwritten, but an empty directory is used")
  func existingTargets() throws {
    try withTemporaryFolder { folder in
      try FileManager.default.createDirectory(
        atPath: "\(folder)/empty", withIntermediateDirectories: false)
      _ = try corpus.index(in: folder, name: "empty")
      try "text".write(toFile: "\(folder)/file", atomically: false, encoding: .utf8)
      for name in ["empty", "file"] {
        #expect(throws: RetrievalError.self) { try BM25IndexBuilder(path: "\(folder)/\(name)") }
      }
      #expect(try names(in: folder) == ["empty", "file"])
    }
  }

  @Test("Where there is no index, the message says so")
  func missing() throws {
    try withTemporaryFolder { folder in
      #expect(throws: RetrievalError.missing(path: "\(folder)/none")) {
        try BM25Index(path: "\(folder)/none")
      }
      #expect(throws: RetrievalError.missing(path: folder)) { try BM25Index(path: folder) }
    }
  }
}
