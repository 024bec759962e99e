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

  /// The header's text; its last member is a hash of those before it.
  var text: String {
    var members = members
    members["checksum"] = Self.checksum(of: members)
    return JSONValue.object(members).serialized() + "\n"
  }

  private static func checksum(of members: JSONObject) -> JSONValue {
    let bytes = JSONValue.object(members).serializedBytes()
    return .string(hexadecimal(bytes.withUnsafeBytes { ContentHash.digest(of: $0) }))
  }

  private var members: JSONObject {
    var files = JSONObject()
    for file in IndexFile.allCases {
      guard let record = self.files[file] else { continue }
      files[file.rawValue] = [
        "bytes": JSONValue(record.byteCount), "xxh64": .string(hexadecimal(record.hash)),
      ]
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
    guard bytes.count <= 1 << 16, let value = try? JSONValue(parsing: bytes),
      var members = value.object
    else { throw fail("expected an index's header, found no JSON object") }
    guard members["format"]?.string == Self.format else {
      throw fail("expected the header of a \(Self.format) index, found another file")
    }
    guard members["version"]?.int == Self.version else {
      let found = members["version"]?.serialized() ?? "none"
      throw fail("expected version \(Self.version), found \(found); index the corpus again")
    }
    let checksum = members["checksum"]
    members["checksum"] = nil
    guard checksum == Self.checksum(of: members) else {
      throw fail("expected an intact header, found one whose checksum is wrong")
    }
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
      guard let record = members["files"]?[file.rawValue], let size = record["bytes"]?.int,
        let hash = record["xxh64"]?.string.flatMap({ UInt64($0, radix: 16) })
      else { throw fail("expected size and hash of \(file.rawValue), found none") }
      files[file] = File(byteCount: size, hash: hash)
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
    for (file, record) in files where record.byteCount < IndexFile.padding {
      throw .corrupt(
        path: path, reason: "expected \(file.rawValue) to end in zeros, found it too short")
    }
    guard documentCount > 0, documentCount < Int(UInt32.max) else {
      throw .corrupt(
        path: path, reason: "expected at least one document, found \(documentCount)")
    }
  }
}

/// 16 hexadecimal digits.
private func hexadecimal(_ value: UInt64) -> String {
  let digits = String(value, radix: 16)
  return String(repeating: "0", count: 16 - digits.count) + digits
}
