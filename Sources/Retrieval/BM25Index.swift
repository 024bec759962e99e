import Checkpoints
import JSON
public import RankingCore

/// An index on disk, mapped into memory and checked.
///
/// Immutable: one index serves many threads at once. A class because whoever searches shares the mapping.
public final class BM25Index: @unchecked Sendable {
  // Sendable stands on this: the mappings are private and read-only, and nothing changes them.
  /// What is compared with its hash when an index is opened.
  public enum Verification: Sendable, Hashable {
    /// All tables, but neither postings nor texts, whose pages are then read only where a search needs
    /// them. Postings that lead outside of the collection are found when they are read.
    case tables
    /// Every byte.
    case everything
  }

  /// The directory.
  public let path: String
  let header: IndexHeader
  private let files: [IndexFile: MappedFile]
  let terms: UnsafeRawBufferPointer
  private let words: UnsafeRawBufferPointer
  let blocks: UnsafeRawBufferPointer
  let postings: UnsafeRawBufferPointer
  let lengths: UnsafeRawBufferPointer
  private let documents: DocumentStore

  /// Opens the index in a directory.
  ///
  /// - Throws: `RetrievalError` if there is none, or it is not as it was written.
  public init(path: String, verifying: Verification = .tables) throws(RetrievalError) {
    self.path = path
    let header = try IndexFileReader.header(of: path, IndexHeader.init(parsing:path:))
    self.header = header
    var files: [IndexFile: MappedFile] = [:]
    for name in IndexFile.allCases {
      files[name] = try IndexFileReader.map(
        name.rawValue, in: path, record: header.files[name],
        verifiesContent: verifying == .everything || name.isAlwaysVerified)
    }
    /// A file without its padding; the mapping lives as long as `files`.
    func content(_ name: IndexFile) -> UnsafeRawBufferPointer {
      let bytes = files[name]?.bytes ?? UnsafeRawBufferPointer(start: nil, count: 0)
      // Inside: the header holds no file that is shorter than its padding.
      return UnsafeRawBufferPointer(rebasing: bytes.dropLast(IndexFile.padding))
    }
    self.files = files
    terms = content(.terms)
    words = content(.words)
    blocks = content(.blocks)
    postings = content(.postings)
    lengths = content(.lengths)
    documents = DocumentStore(
      documents: files[.documents], store: files[.store], count: header.documentCount)
  }

  /// How texts became terms; queries are treated the same.
  public var analysis: TextAnalysis { header.analysis }
  /// Those that searches use unless they name others.
  public var parameters: BM25Parameters { header.parameters }
  /// How many documents there are.
  public var documentCount: Int { header.documentCount }
  /// How many different terms there are.
  public var termCount: Int { header.termCount }
  /// Whether documents come with their texts.
  public var storesTexts: Bool { header.storesTexts }
  /// The mean of all documents' lengths in terms.
  public var meanLength: Double { Double(header.tokenCount) / Double(header.documentCount) }
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

  /// The entry of a term, and the blocks that it has; nil if no document has the term.
  func entry(of term: some Collection<UInt8>) throws(RetrievalError) -> (TermEntry, Range<Int>)? {
    var low = 0
    var high = termCount
    while low < high {
      let middle = (low + high) / 2
      if try word(middle).lexicographicallyPrecedes(term) {
        low = middle + 1
      } else {
        high = middle
      }
    }
    guard low < termCount, try word(low).elementsEqual(term) else { return nil }
    let entry = TermEntry(terms, at: low * TermEntry.byteCount)
    let next = TermEntry(terms, at: (low + 1) * TermEntry.byteCount)
    let first = Int(entry.firstBlock)
    let frequency = Int(entry.documentFrequency)
    let count = (frequency + BlockEntry.postings - 1) / BlockEntry.postings
    guard count > 0, first + count == Int(next.firstBlock), first + count <= header.blockCount,
      frequency <= documentCount, entry.postingsOffset <= UInt64(postings.count)
    else { throw corrupt(.terms, "expected the postings of a term, found them outside") }
    return (entry, first..<(first + count))
  }

  private func word(_ index: Int) throws(RetrievalError) -> Slice<UnsafeRawBufferPointer> {
    let start = Int(terms.number(at: index * TermEntry.byteCount) as UInt32)
    let end = Int(terms.number(at: (index + 1) * TermEntry.byteCount) as UInt32)
    guard start <= end, end <= words.count else {
      throw corrupt(.terms, "expected term \(index) inside of the words, found it outside")
    }
    return words[start..<end]
  }

  func corrupt(_ file: IndexFile, _ reason: String) -> RetrievalError {
    .corrupt(path: "\(path)/\(file.rawValue)", reason: reason)
  }
}
