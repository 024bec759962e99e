import Checkpoints
import RankingCore

/// Identifiers and texts of an index's documents: its files `documents` and `store`, mapped.
struct DocumentStore: Sendable {
  let count: Int
  private let documents: MappedFile
  private let store: MappedFile

  /// - Precondition: `documents` has `count + 1` places; both end in padding.
  init(documents: MappedFile?, store: MappedFile?, count: Int) {
    guard let documents, let store,
      documents.bytes.count == (count + 1) * 8 + IndexFile.padding,
      store.bytes.count >= IndexFile.padding
    else { preconditionFailure("a store's files fit its header") }
    self.documents = documents
    self.store = store
    self.count = count
  }

  /// A document by its place in the corpus, from 0; it traps where there is none.
  ///
  /// - Throws: `RetrievalError.corrupt` if the store is not as it was written.
  func document(
    at index: Int, includingText: Bool
  ) throws(RetrievalError) -> Document {
    precondition((0..<count).contains(index), "the index has no document \(index)")
    let start = Int(clamping: documents.bytes.number(at: index * 8) as UInt64)
    let end = Int(clamping: documents.bytes.number(at: index * 8 + 8) as UInt64)
    let idStart = start.addingReportingOverflow(4)
    guard !idStart.overflow, idStart.partialValue <= end,
      end <= store.bytes.count - IndexFile.padding
    else {
      throw .corrupt(
        path: documents.path,
        reason: "expected document \(index) inside of the store, found it outside")
    }
    let idEnd = idStart.partialValue + Int(store.bytes.number(at: start) as UInt32)
    guard idEnd <= end else {
      throw .corrupt(
        path: store.path,
        reason: "expected the identifier of document \(index), found another number")
    }
    return Document(
      id: String(decoding: store.bytes[idStart.partialValue..<idEnd], as: UTF8.self),
      text: includingText ? String(decoding: store.bytes[idEnd..<end], as: UTF8.self) : "")
  }
}

/// Writes the files `documents` and `store` of an index, one document after another.
///
/// A class because it owns open files.
final class DocumentStoreWriter {
  private let documents: IndexFileWriter
  private let store: IndexFileWriter
  private var identifiers = IdentifierSet()
  private let storesTexts: Bool
  /// How many documents were added.
  private(set) var count = 0

  init(documents: IndexFileWriter, store: IndexFileWriter, storesTexts: Bool) {
    self.documents = documents
    self.store = store
    self.storesTexts = storesTexts
  }

  /// - Returns: The document's number, from 0.
  /// - Throws: `repeatedDocument`, after which others may be added all the same; or an error that
  ///   ends the building.
  func add(_ document: Document) throws(RetrievalError) -> UInt32 {
    guard let number = UInt32(exactly: count), number < .max - 1,
      let idLength = UInt32(exactly: document.id.utf8.count)
    else { throw .unusableCorpus(reason: "expected at most 4,294,967,294 documents, found more") }
    guard try identifiers.insert(document.id, storedIn: store) else {
      throw .repeatedDocument(id: document.id)
    }
    try documents.write(UInt64(store.count))
    try store.write(idLength)
    try store.write(document.id.utf8)
    if storesTexts { try store.write(document.text.utf8) }
    count += 1
    return number
  }

  /// Ends both files.
  func finish() throws(RetrievalError) -> (documents: IndexHeader.File, store: IndexHeader.File) {
    try documents.write(UInt64(store.count))
    return (try documents.finish(), try store.finish())
  }
}
