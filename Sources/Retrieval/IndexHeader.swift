import JSON

/// What `index.json` says about an index.
struct IndexHeader: Hashable {
  struct File: Hashable {
    /// With the padding.
    var byteCount: Int
    var hash: UInt64
  }

  static let format = "t5rank-bm25"
  static let version = 1

  var analysis: TextAnalysis
  var parameters: BM25Parameters
  var documentCount: Int
  /// The sum of all documents' lengths.
  var tokenCount: Int
  var termCount: Int
  var blockCount: Int
  var storesTexts: Bool
  /// All of `IndexFile`.
  var files: [IndexFile: File]

  /// The header's text.
  var text: String { IndexHeaderText.sealed(members) }

  private var members: JSONObject {
    var files = JSONObject()
    for file in IndexFile.allCases {
      files[file.rawValue] = self.files[file].map(IndexHeaderText.member)
    }
    return [
      "format": .string(Self.format), "version": JSONValue(Self.version),
      "stop_words": .string(analysis.stopWords.rawValue),
      "stemmer": .string(analysis.stemmer.rawValue),
      "k1": JSONValue(parameters.k1) ?? .null, "b": JSONValue(parameters.b) ?? .null,
      "documents": JSONValue(documentCount), "tokens": JSONValue(tokenCount),
      "terms": JSONValue(termCount), "blocks": JSONValue(blockCount),
      "stores_texts": .bool(storesTexts), "files": .object(files),
    ]
  }
}

extension IndexHeader {
  /// Reads and checks a header.
  init(parsing bytes: UnsafeRawBufferPointer, path: String) throws(RetrievalError) {
    func fail(_ reason: String) -> RetrievalError { .corrupt(path: path, reason: reason) }
    let members = try IndexHeaderText.members(
      of: bytes, format: Self.format, version: Self.version, path: path)
    func count(_ key: String) throws(RetrievalError) -> Int {
      guard let count = members[key]?.int, (0...Int.max >> 8).contains(count) else {
        throw fail("expected a count as \(key), found none")
      }
      return count
    }
    guard let stopWords = members["stop_words"]?.string.flatMap(TextAnalysis.StopWords.init),
      let stemmer = members["stemmer"]?.string.flatMap(TextAnalysis.Stemmer.init),
      let k1 = members["k1"]?.double, let b = members["b"]?.double,
      let storesTexts = members["stores_texts"]?.bool
    else { throw fail("expected the settings of an index, found others") }
    analysis = TextAnalysis(stopWords: stopWords, stemmer: stemmer)
    parameters = try BM25Parameters(k1: k1, b: b)
    documentCount = try count("documents")
    tokenCount = try count("tokens")
    termCount = try count("terms")
    blockCount = try count("blocks")
    self.storesTexts = storesTexts
    files = [:]
    for file in IndexFile.allCases {
      guard let record = IndexHeaderText.file(members["files"]?[file.rawValue]) else {
        throw fail("expected size and hash of \(file.rawValue), found none")
      }
      files[file] = record
    }
    try checkSizes(path)
  }

  /// Whether the files have the sizes that the counts call for.
  private func checkSizes(_ path: String) throws(RetrievalError) {
    let expected: [IndexFile: Int] = [
      .terms: (termCount + 1) * TermEntry.byteCount, .blocks: blockCount * BlockEntry.byteCount,
      .lengths: documentCount * 4, .documents: (documentCount + 1) * 8,
    ]
    for (file, size) in expected where files[file]?.byteCount != size + IndexFile.padding {
      throw .corrupt(
        path: path, reason: "expected \(file.rawValue) to fit the counts, found another size")
    }
    guard documentCount > 0, documentCount < Int(UInt32.max) else {
      throw .corrupt(
        path: path, reason: "expected at least one document, found \(documentCount)")
    }
  }
}
