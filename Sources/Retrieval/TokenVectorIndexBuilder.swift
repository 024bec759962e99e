public import RankingCore
public import Reranking
import Tokenization

/// Makes token vectors of documents that come one at a time, and keeps them on disk for re-ranking.
///
/// Memory holds a slice of the documents, not all. The directory appears under its name at the end, or
/// not at all.
///
/// A class because it owns open files, and removes them if it is never finished.
public final class TokenVectorIndexBuilder {
  private let model: ColBERT
  private let fingerprint: String
  private let storage: EmbeddingStorage
  private let directory: IndexDirectoryWriter<TokenVectorIndexFile>
  private let documents: DocumentStoreWriter
  private let vectors, entries: IndexFileWriter
  private var places: [(hash: UInt64, number: UInt64)] = []
  private var pending: [String] = []
  private var vectorCount = 0
  private let progress: (@Sendable (_ embedded: Int) -> Void)?

  /// Texts that go through the model together: enough that those of about one length are many.
  private static let sliceCount = 512

  /// Starts an index.
  ///
  /// - Parameters:
  ///   - path: The directory that is to hold the index: a new one, or an empty one.
  ///   - model: In fp32.
  ///   - progress: Called now and then, from any thread, one call at a time, with the number of
  ///     documents whose vectors are there.
  /// - Throws: `RetrievalError.unwritable`, or `RerankingError.unusableModel` for a model that has changed.
  public init(
    path: String, model: ColBERT, storage: EmbeddingStorage = .float32,
    progress: (@Sendable (_ embedded: Int) -> Void)? = nil
  ) throws {
    self.model = model
    self.storage = storage
    self.progress = progress
    fingerprint = try model.fingerprint()
    directory = try IndexDirectoryWriter(path: path)
    documents = DocumentStoreWriter(
      documents: try directory.file(.documents), store: try directory.file(.store),
      storesTexts: false)
    vectors = try directory.file(.vectors)
    entries = try directory.file(.entries)
  }

  /// What is to be removed if the process ends now: files, then their directory.
  public var unfinishedPaths: [String] { directory.unfinishedPaths }

  /// How many documents were added.
  public var documentCount: Int { documents.count }

  /// Adds a document.
  ///
  /// - Throws: `RetrievalError.repeatedDocument`, after which others may be added all the same; or an
  ///   error that ends the building.
  public func add(_ document: Document) throws {
    let number = try documents.add(document)
    places.append((ContentHash.digest(of: document.id), UInt64(number)))
    pending.append(document.text)
    if pending.count == Self.sliceCount { try embedPending() }
  }

  /// Computes what is left, and puts the index in its place.
  public func finish() throws {
    try embedPending()
    guard documentCount > 0 else {
      throw RetrievalError.unusableCorpus(reason: "expected at least one document, found none")
    }
    let end = TokenVectorEntry(
      firstRow: UInt64(vectorCount), textHash: 0, vectorHash: 0, isShortened: false)
    try end.write(to: entries)
    let placeFile = try directory.file(.places)
    for place in places.sorted(by: { ($0.hash, $0.number) < ($1.hash, $1.number) }) {
      try placeFile.write(place.hash)
      try placeFile.write(place.number)
    }
    let stored = try documents.finish()
    let header = TokenVectorIndexHeader(
      documentCount: documentCount, vectorCount: vectorCount, dimension: model.dimension,
      storage: storage, modelPath: absolutePath(of: model.path),
      maximumTokens: model.maximumTokens, specialTokens: model.specialTokens,
      fingerprint: fingerprint,
      files: [
        .vectors: try vectors.finish(), .entries: try entries.finish(),
        .places: try placeFile.finish(), .documents: stored.documents, .store: stored.store,
      ])
    try directory.finish(header: header.text)
  }

  private func embedPending() throws {
    let earlier = documentCount - pending.count
    var report: (@Sendable (Int, Int) -> Void)?
    if let progress { report = { finished, _ in progress(earlier + finished) } }
    let slice = model.vectors(ofDocuments: pending, progress: report)
    for (text, document) in zip(pending, slice) {
      guard document.values.allSatisfy(\.isFinite) else {
        throw BiEncoderError.notFinite(path: model.path)
      }
      let bytes = storage.bytes(of: document.values)
      let entry = TokenVectorEntry(
        firstRow: UInt64(vectorCount), textHash: ContentHash.digest(of: text),
        vectorHash: bytes.withUnsafeBytes { ContentHash.digest(of: $0) },
        isShortened: document.isShortened)
      try entry.write(to: entries)
      try vectors.write(bytes)
      vectorCount += document.count
    }
    pending.removeAll(keepingCapacity: true)
  }
}
