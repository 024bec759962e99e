import JSON
import Tokenization

/// The files of an index of token vectors, beside its header.
///
/// Eight zero bytes end each.
///
/// | file | holds |
/// |---|---|
/// | `vectors` | a row for each token that counts, document after document, little-endian F32 or F16 |
/// | `entries` | a `TokenVectorEntry` for each document, and one that ends the last |
/// | `places` | each identifier's XXH64 and its document's number, both `UInt64`, sorted |
/// | `documents`, `store` | identifiers, as `IndexFile` describes them |
enum TokenVectorIndexFile: String, CaseIterable {
  case vectors
  case entries
  case places
  case documents
  case store
}

/// What `entries` has for a document.
struct TokenVectorEntry {
  static let byteCount = 32
  private static let shortened: UInt64 = 1

  /// Its first row in `vectors`; the next entry's is behind its last.
  var firstRow: UInt64
  /// XXH64 of the text that the vectors are of.
  var textHash: UInt64
  /// XXH64 of the rows' bytes.
  var vectorHash: UInt64
  /// Whether the text lost tokens.
  var isShortened: Bool
}

extension TokenVectorEntry {
  /// - Parameter offset: `byteCount` bytes from it on are in `bytes`.
  init(_ bytes: UnsafeRawBufferPointer, at offset: Int) {
    firstRow = bytes.number(at: offset)
    textHash = bytes.number(at: offset + 8)
    vectorHash = bytes.number(at: offset + 16)
    let flags: UInt64 = bytes.number(at: offset + 24)
    isShortened = flags & Self.shortened != 0
  }

  func write(to file: IndexFileWriter) throws(RetrievalError) {
    try file.write(firstRow)
    try file.write(textHash)
    try file.write(vectorHash)
    try file.write(isShortened ? Self.shortened : 0)
  }
}

/// What `index.json` says about an index of token vectors.
struct TokenVectorIndexHeader: Hashable {
  static let format = "t5rank-token-vectors"
  static let version = 1
  /// Bytes of `places` for a document.
  static let placeSize = 16

  var documentCount: Int
  /// Rows of `vectors`.
  var vectorCount: Int
  var dimension: Int
  var storage: EmbeddingStorage
  /// The directory of the model, from the root.
  var modelPath: String
  var maximumTokens: Int
  var specialTokens: SpecialTokenPolicy
  var fingerprint: String
  /// All of `TokenVectorIndexFile`.
  var files: [TokenVectorIndexFile: IndexHeader.File]

  var text: String {
    var files = JSONObject()
    for file in TokenVectorIndexFile.allCases {
      files[file.rawValue] = self.files[file].map(IndexHeaderText.member)
    }
    return IndexHeaderText.sealed([
      "format": .string(Self.format), "version": JSONValue(Self.version),
      "model": .string(modelPath), "max_tokens": JSONValue(maximumTokens),
      "special_tokens": .string(specialTokens.rawValue), "fingerprint": .string(fingerprint),
      "storage": .string(storage.rawValue), "documents": JSONValue(documentCount),
      "vectors": JSONValue(vectorCount), "dimension": JSONValue(dimension),
      "files": .object(files),
    ])
  }
}

extension TokenVectorIndexHeader {
  /// Reads and checks a header.
  init(parsing bytes: UnsafeRawBufferPointer, path: String) throws(RetrievalError) {
    let members = try IndexHeaderText.members(
      of: bytes, format: Self.format, version: Self.version, path: path)
    guard let documentCount = members["documents"]?.int,
      (1...EmbeddingIndexHeader.largestCount).contains(documentCount),
      let vectorCount = members["vectors"]?.int,
      (documentCount...Self.mostVectors).contains(vectorCount),
      let dimension = members["dimension"]?.int, (1...Self.largestDimension).contains(dimension),
      let storage = members["storage"]?.string.flatMap(EmbeddingStorage.init),
      let modelPath = members["model"]?.string, let maximumTokens = members["max_tokens"]?.int,
      let specialTokens = members["special_tokens"]?.string.flatMap(SpecialTokenPolicy.init),
      let fingerprint = members["fingerprint"]?.string
    else {
      throw .corrupt(path: path, reason: "expected the settings of token vectors, found others")
    }
    self.documentCount = documentCount
    self.vectorCount = vectorCount
    self.dimension = dimension
    self.storage = storage
    self.modelPath = modelPath
    self.maximumTokens = maximumTokens
    self.specialTokens = specialTokens
    self.fingerprint = fingerprint
    files = [:]
    for file in TokenVectorIndexFile.allCases {
      guard let record = IndexHeaderText.file(members["files"]?[file.rawValue]) else {
        throw .corrupt(
          path: path, reason: "expected size and hash of \(file.rawValue), found none")
      }
      files[file] = record
    }
    // Below 2⁴⁰ · 2¹⁶ · 4: no product overflows.
    let sizes: [TokenVectorIndexFile: Int] = [
      .vectors: vectorCount * dimension * storage.byteCount,
      .entries: (documentCount + 1) * TokenVectorEntry.byteCount,
      .places: documentCount * Self.placeSize, .documents: (documentCount + 1) * 8,
    ]
    for (file, size) in sizes where files[file]?.byteCount != size + IndexFile.padding {
      throw .corrupt(
        path: path, reason: "expected \(file.rawValue) to fit the counts, found another size")
    }
  }

  private static let mostVectors = 1 << 40
  private static let largestDimension = 1 << 16
}
