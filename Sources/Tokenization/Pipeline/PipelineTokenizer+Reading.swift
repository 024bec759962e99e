import JSON

extension PipelineTokenizer {
  /// The file's usual name.
  package static let fileName = "tokenizer.json"
  /// The largest file read: XLM-R's has 17 MB, Gemma's 34.
  static let maximumByteCount = 64 << 20

  /// Loads a `tokenizer.json`.
  ///
  /// Its `truncation` and `padding` are not followed.
  ///
  /// - Throws: `TokenizerError`, which names the place in the file, for whatever is not supported.
  public init(path: String) throws {
    let bytes = try TokenizerFile.bytes(
      of: path, expected: "a tokenizer", limit: Self.maximumByteCount)
    try self.init(bytes: bytes, path: path)
  }

  /// Loads a tokenizer from memory; `path` is only named in errors.
  package init(bytes: [UInt8], path: String) throws {
    let value = try Self.json(bytes, path: path, expected: "JSON")
    let file = FileValue(value: value, place: "", file: path)
    try file.checkKeys([
      "version", "truncation", "padding", "added_tokens", "normalizer", "pre_tokenizer",
      "post_processor", "decoder", "model",
    ])
    var parts = Parts(
      normalizer: try file.optional("normalizer").map(TextNormalizer.init),
      preTokenizer: try file.optional("pre_tokenizer").map(PreTokenizer.init),
      model: try file.member("model").tokenModel(),
      addedTokens: [],
      decoder: try file.optional("decoder").map(PieceDecoder.init))
    parts.addedTokens =
      try file.optional("added_tokens")?.addedTokens(beside: parts.model.pieces) ?? []
    let limit = parts.addedTokens.reduce(parts.model.pieces.count) {
      max($0, Int($1.token.id) + 1)
    }
    let template = try file.optional("post_processor")?.template(tokensBelow: limit)
    self.init(parts, template: template ?? .bare)
  }

  /// A whole file of JSON.
  static func json(_ bytes: [UInt8], path: String, expected: String) throws -> JSONValue {
    do {
      return try JSONValue(parsing: bytes, options: JSONParsingOptions(maximumDepth: 32))
    } catch {
      throw TokenizerError.malformed(path: path, reason: "expected \(expected): \(error)")
    }
  }
}

extension FileValue {
  /// The tokens that a file adds to a model's.
  fileprivate func addedTokens(beside pieces: PieceTable) throws -> [AddedToken] {
    var tokens: [AddedToken] = []
    var known: [[UInt8]: Int] = [:]
    var next = pieces.tokenCount
    for element in try elements() {
      try element.checkKeys([
        "id", "content", "single_word", "lstrip", "rstrip", "normalized", "special",
      ])
      let content = try element.member("content")
      let text = try content.string()
      let id = try element.member("id")
      let number = try id.int(in: 0...PieceTable.largestToken)
      guard !text.isEmpty else { throw content.failure(expected: "a text") }
      // tokenizers ignores what the file says, and numbers the tokens so.
      let assigned = known[Array(text.utf8)] ?? pieces.token(for: text).map(Int.init) ?? next
      guard number == assigned else {
        throw id.failure(expected: "\(assigned), as tokenizers numbers the token,")
      }
      if known.updateValue(number, forKey: Array(text.utf8)) != nil {
        throw content.failure(
          expected: "each added token once", found: "\"\(text.prefix(60))\" again")
      }
      if assigned == next { next += 1 }
      let isSpecial = try element.flag("special", or: false)
      var token = SpecialToken(
        text, id: TokenID(number), stripsLeft: try element.flag("lstrip", or: false),
        stripsRight: try element.flag("rstrip", or: false))
      token.isControl = isSpecial
      token.isWholeWord = try element.flag("single_word", or: false)
      tokens.append(
        AddedToken(token: token, isNormalized: try element.flag("normalized", or: !isSpecial)))
    }
    return tokens
  }
}
