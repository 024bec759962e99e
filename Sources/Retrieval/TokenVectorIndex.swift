import Checkpoints
import Kernels
public import RankingCore
public import Reranking
public import Tokenization

/// Token vectors of a corpus on disk, mapped into memory and checked: what a ColBERT re-ranks without
/// reading documents again.
///
/// A document is found by its identifier, and its vectors are given if they are of its text. They are
/// compared with their hash whenever they are given, so that nothing need be read in advance. Immutable:
/// one value serves many threads at once. Copies share the mapping.
public struct TokenVectorIndex: DocumentVectors {
  /// The directory.
  public let path: String
  private let header: TokenVectorIndexHeader
  private let rows: EmbeddingRows
  private let vectors: MappedFile
  private let entries: MappedFile
  private let places: MappedFile
  private let documents: DocumentStore

  /// Opens the index in a directory; all but the vectors is compared with its hash.
  ///
  /// - Throws: `RetrievalError` if there is none, or it is not as it was written.
  public init(path: String) throws(RetrievalError) {
    self.path = path
    let header = try IndexFileReader.header(of: path, TokenVectorIndexHeader.init(parsing:path:))
    func map(_ name: TokenVectorIndexFile) throws(RetrievalError) -> MappedFile {
      try IndexFileReader.map(
        name.rawValue, in: path, record: header.files[name], verifiesContent: name != .vectors)
    }
    self.header = header
    vectors = try map(.vectors)
    rows = EmbeddingRows(
      vectors, count: header.vectorCount, dimension: header.dimension, storage: header.storage)
    entries = try map(.entries)
    places = try map(.places)
    documents = DocumentStore(
      documents: try map(.documents), store: try map(.store), count: header.documentCount)
  }

  /// Whether a directory holds an index of token vectors, whole or not; its header is not checked.
  public static func isPresent(at path: String) -> Bool {
    IndexFileReader.hasFormat(TokenVectorIndexHeader.format, at: path)
  }

  /// How many documents there are.
  public var documentCount: Int { header.documentCount }
  /// How many vectors all documents have.
  public var vectorCount: Int { header.vectorCount }
  /// The numbers of a vector.
  public var dimension: Int { header.dimension }
  /// How vectors are stored.
  public var storage: EmbeddingStorage { header.storage }
  /// Whether vectors were rounded to IEEE half precision.
  public var isRounded: Bool { header.storage == .float16 }
  /// The directory of the model that made the index, from the root.
  public var modelPath: String { header.modelPath }
  /// That of the model that made the index.
  public var fingerprint: String { header.fingerprint }
  /// The most tokens of a document that were read.
  public var maximumTokens: Int { header.maximumTokens }
  /// What control tokens spelt in documents became.
  public var specialTokens: SpecialTokenPolicy { header.specialTokens }
  /// All files together.
  public var byteCount: Int { header.files.values.reduce(0) { $0 + $1.byteCount } }

  /// The vectors of a document; nil where none are kept under its identifier, or of another text.
  ///
  /// - Throws: `RerankingError.unusableModel` if they are not as they were written.
  public func vectors(
    of document: Document
  ) throws(RerankingError) -> (any StoredTokenVectors)? {
    do {
      guard let number = try number(of: document.id) else { return nil }
      return try vectors(ofDocument: number, text: document.text)
    } catch .corrupt(let path, let reason) {
      throw .unusableModel(path: path, reason: reason)
    } catch {
      throw .unusableModel(path: path, reason: error.description)
    }
  }

  /// The number of the document with an identifier; nil if there is none.
  private func number(of identifier: String) throws(RetrievalError) -> Int? {
    let hash = ContentHash.digest(of: identifier)
    // The first place whose hash is not below.
    var low = 0
    var high = header.documentCount
    while low < high {
      let middle = low + (high - low) / 2
      if place(middle).hash < hash { low = middle + 1 } else { high = middle }
    }
    while low < header.documentCount, place(low).hash == hash {
      guard let number = Int(exactly: place(low).number), number < header.documentCount else {
        throw .corrupt(
          path: places.path, reason: "expected a document's number, found a greater one")
      }
      let found = try documents.document(at: number, includingText: false).id
      // Byte by byte, not by canonical equivalence.
      if found.utf8.elementsEqual(identifier.utf8) { return number }
      low += 1
    }
    return nil
  }

  /// - Precondition: `index` is below the number of documents, whose places the file holds.
  private func place(_ index: Int) -> (hash: UInt64, number: UInt64) {
    withExtendedLifetime(places) {
      let offset = index * TokenVectorIndexHeader.placeSize
      return (places.bytes.number(at: offset), places.bytes.number(at: offset + 8))
    }
  }

  private func vectors(
    ofDocument number: Int, text: String
  ) throws(RetrievalError) -> StoredRows? {
    let (entry, next) = withExtendedLifetime(entries) {
      // In bounds: an entry for each document, and one more.
      let offset = number * TokenVectorEntry.byteCount
      return (
        TokenVectorEntry(entries.bytes, at: offset),
        TokenVectorEntry(entries.bytes, at: offset + TokenVectorEntry.byteCount)
      )
    }
    guard entry.textHash == ContentHash.digest(of: text) else { return nil }
    guard let start = Int(exactly: entry.firstRow), let end = Int(exactly: next.firstRow),
      start < end, end <= header.vectorCount
    else {
      throw .corrupt(
        path: entries.path, reason: "expected rows of document \(number), found none")
    }
    guard rows.digest(of: start..<end) == entry.vectorHash else {
      throw .corrupt(
        path: vectors.path,
        reason: "expected the vectors of document \(number) as they were written, found others")
    }
    return StoredRows(rows: rows, range: start..<end, isShortened: entry.isShortened)
  }
}

/// A document's rows of an index.
private struct StoredRows: StoredTokenVectors {
  let rows: EmbeddingRows
  let range: Range<Int>
  let isShortened: Bool

  var count: Int { range.count }

  func withFloats<Result>(
    in workspace: Workspace, _ body: (UnsafePointer<Float>) -> Result
  ) -> Result {
    let scratch = workspace.matrix(
      rows: rows.isConverted ? range.count : 0, columns: rows.dimension)
    return rows.withFloats(range, scratch: scratch, body)
  }
}
