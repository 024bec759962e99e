public import RankingCore
import Tokenization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Embeds documents that come one at a time, and keeps them on disk for searching.
///
/// Memory holds a slice of the documents, not all. The directory appears under its name at the end, or
/// not at all.
///
/// A class because it owns open files, and removes them if it is never finished.
public final class EmbeddingIndexBuilder {
  private let encoder: BiEncoder
  private let storage: EmbeddingStorage
  private let storesTexts: Bool
  private let directory: IndexDirectoryWriter<EmbeddingIndexFile>
  private let documents: DocumentStoreWriter
  private let embeddings: IndexFileWriter
  private var pending: [String] = []
  private let progress: (@Sendable (_ embedded: Int) -> Void)?

  /// Texts that are embedded together: enough that those of about one length are many.
  private static let sliceCount = 2048

  /// Starts an index.
  ///
  /// - Parameters:
  ///   - path: The directory that is to hold the index: a new one, or an empty one.
  ///   - storesTexts: Whether rankings can come with texts; identifiers are always there.
  ///   - progress: Called now and then, from any thread, one call at a time, with the number of
  ///     documents that are embedded.
  /// - Throws: `RetrievalError.unwritable`.
  public init(
    path: String, encoder: BiEncoder, storage: EmbeddingStorage = .float32,
    storesTexts: Bool = true, progress: (@Sendable (_ embedded: Int) -> Void)? = nil
  ) throws(RetrievalError) {
    self.encoder = encoder
    self.storage = storage
    self.storesTexts = storesTexts
    self.progress = progress
    directory = try IndexDirectoryWriter(path: path)
    documents = DocumentStoreWriter(
      documents: try directory.file(.documents),
      store: try directory.file(.store), storesTexts: storesTexts)
    embeddings = try directory.file(.embeddings)
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
    _ = try documents.add(document)
    pending.append(document.text)
    if pending.count == Self.sliceCount { try embedPending() }
  }

  /// Embeds what is left, and puts the index in its place.
  public func finish() throws {
    try embedPending()
    guard documentCount > 0 else {
      throw RetrievalError.unusableCorpus(reason: "expected at least one document, found none")
    }
    let stored = try documents.finish()
    let header = EmbeddingIndexHeader(
      documentCount: documentCount, dimension: encoder.dimension, storage: storage,
      similarity: encoder.similarity, encoderPath: absolutePath(of: encoder.path),
      documentPrompt: encoder.documentPrompt, maximumTokens: encoder.maximumTokens,
      specialTokens: encoder.specialTokens, fingerprint: encoder.fingerprint,
      storesTexts: storesTexts,
      files: [
        .embeddings: try embeddings.finish(), .documents: stored.documents, .store: stored.store,
      ])
    try directory.finish(header: header.text)
  }

  private func embedPending() throws {
    let earlier = documentCount - pending.count
    var report: (@Sendable (Int, Int) -> Void)?
    if let progress { report = { finished, _ in progress(earlier + finished) } }
    let slice = encoder.comparable(try encoder.embed(documents: pending, progress: report))
    pending.removeAll(keepingCapacity: true)
    try embeddings.write(storage.bytes(of: slice.values))
  }
}

/// The path from the root, so that an index finds its model from wherever it is searched.
func absolutePath(of path: String) -> String {
  guard let resolved = realpath(path, nil) else { return path }
  defer { free(resolved) }
  return String(cString: resolved)
}
