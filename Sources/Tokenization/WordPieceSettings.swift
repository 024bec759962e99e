import JSON

extension WordPieceTokenizer {
  /// How a vocabulary's author prepared text; the defaults are those of an uncased BERT.
  public struct Settings: Sendable, Hashable {
    /// Whether letters lose their case.
    public var lowercases: Bool
    /// Whether letters lose their accents; nil: if they lose their case.
    public var stripsAccents: Bool?
    /// Whether each ideograph is a word.
    public var handlesChinese: Bool

    /// The defaults, or what is given instead.
    public init(
      lowercases: Bool = true, stripsAccents: Bool? = nil, handlesChinese: Bool = true
    ) {
      self.lowercases = lowercases
      self.stripsAccents = stripsAccents
      self.handlesChinese = handlesChinese
    }

    /// The settings in a directory's `tokenizer_config.json`; the defaults without that file.
    ///
    /// Reads `do_lower_case`, `strip_accents` and `tokenize_chinese_chars`; absent and null stand
    /// for the default.
    ///
    /// - Throws: `TokenizerError` if the file is unreadable, no JSON object, or holds something
    ///   else than Booleans there.
    public init(directory: String) throws {
      self.init()
      let path = "\(directory)/tokenizer_config.json"
      guard TokenizerFile.exists(path) else { return }
      let bytes = try TokenizerFile.bytes(
        of: path, expected: "a tokenizer's settings", limit: Self.maximumByteCount)
      let value: JSONValue
      do {
        value = try JSONValue(parsing: bytes, options: JSONParsingOptions(duplicateKeys: .lastWins))
      } catch {
        throw TokenizerError.malformed(path: path, reason: "expected JSON: \(error)")
      }
      guard let members = value.object else {
        throw TokenizerError.malformed(
          path: path, reason: "expected an object, found \(value.kind)")
      }
      lowercases = try Self.flag("do_lower_case", in: members, of: path) ?? lowercases
      stripsAccents = try Self.flag("strip_accents", in: members, of: path)
      handlesChinese =
        try Self.flag("tokenize_chinese_chars", in: members, of: path)
        ?? handlesChinese
    }

    /// Much more than settings need, some of which list a thousand added tokens.
    private static let maximumByteCount = 4 << 20

    private static func flag(
      _ name: String, in members: JSONObject, of path: String
    ) throws -> Bool? {
      switch members[name] {
      case nil, .null: return nil
      case .bool(let flag): return flag
      case .some(let other):
        throw TokenizerError.malformed(
          path: path, reason: "expected true, false or null as \(name), found \(other.kind)")
      }
    }
  }
}
