public import RankingCore

/// Builds an index from documents that come one at a time.
///
/// Postings are collected in memory, and written as a sorted run whenever they are many; at the end
/// the runs are merged. So memory is bounded by the number of documents (about 40 bytes each), not by
/// their texts. The directory appears under its name at the end, or not at all.
///
/// A class because it owns open files, and removes them if it is never finished.
public final class BM25IndexBuilder {
  private let analysis: TextAnalysis
  private let parameters: BM25Parameters
  private let storesTexts: Bool
  private let postingsInMemory: Int

  private let directory: IndexDirectoryWriter<IndexFile>
  private let store: DocumentStoreWriter
  private let runs: PostingsRuns
  private var postings: PostingsBuffer
  private var lengths: [UInt32] = []
  private var tokenCount = 0

  /// The postings that are kept in memory by default: 24 bytes each while they are sorted.
  public static let usualPostingsInMemory = 4_000_000

  /// Starts an index.
  ///
  /// - Parameters:
  ///   - path: The directory that is to hold the index: a new one, or an empty one.
  ///   - parameters: Those that searches use unless they name others.
  ///   - storesTexts: Whether rankings can come with texts; identifiers are always there.
  /// - Throws: `RetrievalError.unwritable`.
  public init(
    path: String, analysis: TextAnalysis = TextAnalysis(), parameters: BM25Parameters = .usual,
    storesTexts: Bool = true, postingsInMemory: Int = BM25IndexBuilder.usualPostingsInMemory
  ) throws(RetrievalError) {
    self.analysis = analysis
    self.parameters = parameters
    self.storesTexts = storesTexts
    self.postingsInMemory = postingsInMemory
    directory = try IndexDirectoryWriter(path: path)
    store = DocumentStoreWriter(
      documents: try directory.file(.documents), store: try directory.file(.store),
      storesTexts: storesTexts)
    runs = PostingsRuns(try directory.temporaryFile(), path: path)
    postings = PostingsBuffer(analysis)
  }

  /// What is to be removed if the process ends now: files, then their directory.
  public var unfinishedPaths: [String] { directory.unfinishedPaths }

  /// How many documents were added.
  public var documentCount: Int { lengths.count }

  /// Adds a document.
  ///
  /// - Throws: `repeatedDocument`, after which others may be added all the same; or an error that
  ///   ends the building.
  public func add(_ document: Document) throws(RetrievalError) {
    let number = try store.add(document)
    let length = postings.add(document.text, document: number)
    lengths.append(length)
    tokenCount += Int(length)
    if postings.count >= postingsInMemory { try runs.append(&postings) }
  }

  /// Merges what was collected, and puts the index in its place.
  ///
  /// - Parameter progress: Called now and then with the number of terms that are merged.
  public func finish(progress: ((Int) -> Void)? = nil) throws(RetrievalError) {
    guard documentCount > 0 else {
      throw .unusableCorpus(reason: "expected at least one document, found none")
    }
    if postings.count > 0 { try runs.append(&postings) }
    let stored = try store.finish()
    var files = [IndexFile.documents: stored.documents, .store: stored.store]
    let lengthsFile = try directory.file(.lengths)
    for length in lengths { try lengthsFile.write(length) }
    files[.lengths] = try lengthsFile.finish()

    var writer = try PostingsWriter(directory, lengths: lengths)
    try merge(try runs.readers(), into: &writer, progress)
    for (file, record) in try writer.finish() { files[file] = record }
    let header = IndexHeader(
      analysis: analysis, parameters: parameters, documentCount: documentCount,
      tokenCount: tokenCount, termCount: writer.termCount, blockCount: writer.blockCount,
      storesTexts: storesTexts, files: files)
    try directory.finish(header: header.text)
  }

  /// Runs hold documents in ascending order one after another: a term's postings are joined.
  private func merge(
    _ readers: [PostingsRuns.Reader], into writer: inout PostingsWriter,
    _ progress: ((Int) -> Void)?
  ) throws(RetrievalError) {
    var readers = readers
    while let term = readers.lazy.compactMap(\.term).min(by: { $0.lexicographicallyPrecedes($1) }) {
      for index in readers.indices where readers[index].term == term {
        try readers[index].readPostings { (document, frequency) throws(RetrievalError) in
          try writer.append(document: document, frequency: frequency)
        }
      }
      try writer.endTerm(term)
      if writer.termCount.isMultiple(of: 4096) { progress?(writer.termCount) }
    }
  }
}
