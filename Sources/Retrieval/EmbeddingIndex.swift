import Checkpoints
import Kernels
public import RankingCore

/// Embeddings on disk, mapped into memory and checked.
///
/// Immutable: one value serves many threads at once. Copies share the mapping.
public struct EmbeddingIndex: Sendable {
  /// The directory.
  public let path: String
  private let header: EmbeddingIndexHeader
  private let rows: EmbeddingRows
  private let documents: DocumentStore

  /// Opens the index in a directory.
  ///
  /// `verifying: .tables` compares all embeddings with their hash, but not the texts, whose pages are
  /// then read only where a ranking needs them.
  ///
  /// - Throws: `RetrievalError` if there is none, or it is not as it was written.
  public init(
    path: String, verifying: BM25Index.Verification = .tables
  ) throws(RetrievalError) {
    self.path = path
    let header = try IndexFileReader.header(of: path, EmbeddingIndexHeader.init(parsing:path:))
    func map(_ name: EmbeddingIndexFile, verifies: Bool) throws(RetrievalError) -> MappedFile {
      try IndexFileReader.map(
        name.rawValue, in: path, record: header.files[name], verifiesContent: verifies)
    }
    self.header = header
    rows = EmbeddingRows(
      try map(.embeddings, verifies: true), count: header.documentCount,
      dimension: header.dimension, storage: header.storage)
    documents = DocumentStore(
      documents: try map(.documents, verifies: true),
      store: try map(.store, verifies: verifying == .everything),
      count: header.documentCount)
  }

  /// Whether a directory holds an index of embeddings, whole or not; its header is not checked.
  public static func isPresent(at path: String) -> Bool {
    IndexFileReader.hasFormat(EmbeddingIndexHeader.format, at: path)
  }

  /// How many documents there are.
  public var documentCount: Int { header.documentCount }
  /// The numbers of an embedding.
  public var dimension: Int { header.dimension }
  /// How embeddings are stored.
  public var storage: EmbeddingStorage { header.storage }
  /// How embeddings are compared.
  public var similarity: Similarity { header.similarity }
  /// The directory of the model that made the index, from the root.
  public var encoderPath: String { header.encoderPath }
  /// The options of the model that made the index, as far as embeddings depend on them.
  public var encoderOptions: BiEncoderOptions {
    var options = BiEncoderOptions()
    options.documentPrompt = header.documentPrompt
    options.maximumTokens = header.maximumTokens
    options.specialTokens = header.specialTokens
    return options
  }
  /// That of the model that made the index.
  public var fingerprint: String { header.fingerprint }
  /// Whether documents come with their texts.
  public var storesTexts: Bool { header.storesTexts }
  /// All files together.
  public var byteCount: Int { header.files.values.reduce(0) { $0 + $1.byteCount } }

  /// A document by its place in the corpus, from 0; it traps where there is none.
  ///
  /// - Throws: `RetrievalError.corrupt` if the store is not as it was written.
  public func document(
    at index: Int, includingText: Bool = true
  ) throws(RetrievalError) -> Document {
    try documents.document(at: index, includingText: includingText)
  }

  /// For each query the documents with the greatest dot products, best first.
  ///
  /// Among equal ones it is the one that comes first in the index. The whole index is compared.
  ///
  /// - Parameter threads: Results do not depend on it, to the last bit.
  /// - Precondition: Queries are as wide as the index's embeddings.
  /// - Throws: `RetrievalError.corrupt` if the store is not as it was written.
  public func nearest(
    _ limit: Int, to queries: Embeddings, threads: Int, includingTexts: Bool = true
  ) throws(RetrievalError) -> [Ranking] {
    guard limit > 0 else {
      return [Ranking](repeating: Ranking(ordered: []), count: queries.count)
    }
    var rankings: [Ranking] = []
    for found in ExactSearch(rows).best(limit, for: queries, threads: threads) {
      var entries: [RankedDocument] = []
      entries.reserveCapacity(found.count)
      for entry in found {
        entries.append(
          RankedDocument(
            document: try document(at: Int(entry.document), includingText: includingTexts),
            score: entry.score,
            scale: .similarity, candidateIndex: entries.count))
      }
      rankings.append(Ranking(ordered: entries))
    }
    return rankings
  }
}
