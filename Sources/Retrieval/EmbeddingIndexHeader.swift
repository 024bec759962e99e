import JSON
import Tokenization

/// The files of an index of embeddings, beside its header.
///
/// Eight zero bytes end each.
///
/// | file | holds |
/// |---|---|
/// | `embeddings` | a row for each document, little-endian F32 or F16 |
/// | `documents`, `store` | identifiers and texts, as `IndexFile` describes them |
enum EmbeddingIndexFile: String, CaseIterable {
  case embeddings
  case documents
  case store
}

/// What `index.json` says about an index of embeddings.
struct EmbeddingIndexHeader: Hashable {
  static let format = "t5rank-embeddings"
  static let version = 1

  var documentCount: Int
  var dimension: Int
  var storage: EmbeddingStorage
  var similarity: Similarity
  /// The directory of the model, from the root.
  var encoderPath: String
  var documentPrompt: String
  var maximumTokens: Int
  var specialTokens: SpecialTokenPolicy
  var fingerprint: String
  var storesTexts: Bool
  /// All of `EmbeddingIndexFile`.
  var files: [EmbeddingIndexFile: IndexHeader.File]

  var text: String {
    var files = JSONObject()
    for file in EmbeddingIndexFile.allCases {
      files[file.rawValue] = self.files[file].map(IndexHeaderText.member)
    }
    return IndexHeaderText.sealed([
      "format": .string(Self.format), "version": JSONValue(Self.version),
      "encoder": .string(encoderPath), "document_prompt": .string(documentPrompt),
      "max_tokens": JSONValue(maximumTokens), "special_tokens": .string(specialTokens.rawValue),
      "fingerprint": .string(fingerprint),
      "similarity": .string(similarity.rawValue), "storage": .string(storage.rawValue),
      "documents": JSONValue(documentCount), "dimension": JSONValue(dimension),
      "stores_texts": .bool(storesTexts), "files": .object(files),
    ])
  }
}

extension EmbeddingIndexHeader {
  /// Reads and checks a header.
  init(parsing bytes: UnsafeRawBufferPointer, path: String) throws(RetrievalError) {
    let members = try IndexHeaderText.members(
      of: bytes, format: Self.format, version: Self.version, path: path)
    guard let documentCount = members["documents"]?.int,
      (1...Self.largestCount).contains(documentCount),
      let dimension = members["dimension"]?.int, (1...Self.largestDimension).contains(dimension),
      let storage = members["storage"]?.string.flatMap(EmbeddingStorage.init),
      let similarity = members["similarity"]?.string.flatMap(Similarity.init),
      let encoderPath = members["encoder"]?.string,
      let documentPrompt = members["document_prompt"]?.string,
      let maximumTokens = members["max_tokens"]?.int,
      let specialTokens = members["special_tokens"]?.string.flatMap(SpecialTokenPolicy.init),
      let fingerprint = members["fingerprint"]?.string,
      let storesTexts = members["stores_texts"]?.bool
    else { throw .corrupt(path: path, reason: "expected the settings of an index, found others") }
    self.documentCount = documentCount
    self.dimension = dimension
    self.storage = storage
    self.similarity = similarity
    self.encoderPath = encoderPath
    self.documentPrompt = documentPrompt
    self.maximumTokens = maximumTokens
    self.specialTokens = specialTokens
    self.fingerprint = fingerprint
    self.storesTexts = storesTexts
    files = [:]
    for file in EmbeddingIndexFile.allCases {
      guard let record = IndexHeaderText.file(members["files"]?[file.rawValue]) else {
        throw .corrupt(
          path: path, reason: "expected size and hash of \(file.rawValue), found none")
      }
      files[file] = record
    }
    // Below 2³² · 2²⁴ · 4: no product overflows.
    let sizes: [EmbeddingIndexFile: Int] = [
      .embeddings: documentCount * dimension * storage.byteCount,
      .documents: (documentCount + 1) * 8,
    ]
    for (file, size) in sizes where files[file]?.byteCount != size + IndexFile.padding {
      throw .corrupt(
        path: path, reason: "expected \(file.rawValue) to fit the counts, found another size")
    }
  }

  /// Document numbers are `UInt32`.
  static let largestCount = Int(UInt32.max) - 1
  /// Far more than any model has.
  private static let largestDimension = 1 << 24
}
