extension TextNormalizer {
  /// The normalizer that a file describes.
  init(_ value: FileValue) throws {
    let type = try value.member("type")
    switch try type.string() {
    case "Sequence":
      try value.checkKeys(["type", "normalizers"])
      self = .sequence(try value.member("normalizers").elements().map(TextNormalizer.init))
    case "NFC": self = .composed(.canonical)
    case "NFD": self = .decomposed(.canonical)
    case "NFKC": self = .composed(.compatible)
    case "NFKD": self = .decomposed(.compatible)
    case "Lowercase": self = .lowercase
    case "StripAccents": self = .stripAccents
    case "Nmt": self = .machineTranslation
    case "BertNormalizer":
      try value.checkKeys([
        "type", "clean_text", "handle_chinese_chars", "strip_accents", "lowercase",
      ])
      let lowercases = try value.flag("lowercase", or: true)
      self = .bert(
        BERTNormalizer(
          cleansText: try value.flag("clean_text", or: true),
          handlesChinese: try value.flag("handle_chinese_chars", or: true),
          stripsAccents: try value.flag("strip_accents", or: lowercases),
          lowercases: lowercases))
    case "Replace":
      try value.checkKeys(["type", "pattern", "content"])
      self = .replace(
        try TextPattern(try value.member("pattern")),
        with: Array(try value.member("content").string().utf8))
    case "Prepend":
      try value.checkKeys(["type", "prepend"])
      self = .prepend(Array(try value.member("prepend").string().utf8))
    case "Precompiled":
      try value.checkKeys(["type", "precompiled_charsmap"])
      self = .precompiled(try value.member("precompiled_charsmap").normalizationTable())
    case "Strip":
      try value.checkKeys(["type", "strip_left", "strip_right"])
      self = .strip(
        left: try value.member("strip_left").bool(), right: try value.member("strip_right").bool())
    default:
      throw type.failure(
        expected:
          "Sequence, NFC, NFD, NFKC, NFKD, Lowercase, StripAccents, BertNormalizer, Replace, "
          + "Prepend, Precompiled, Strip or Nmt")
    }
  }

  /// Whether some text before a space may become other text for what follows the space.
  var joinsOverSpaces: Bool {
    switch self {
    case .sequence(let steps): steps.contains(where: \.joinsOverSpaces)
    case .replace(.string(let string), _): string.dropFirst().contains(0x20)
    case .replace(.words, _): true
    default: false
    }
  }
}

extension TextPattern {
  /// The pattern under `pattern`: `{"String": …}` or `{"Regex": …}`.
  init(_ value: FileValue) throws {
    if let string = value.optional("String") {
      self = .string(Array(try string.string().utf8))
      return
    }
    let expression = try value.member("Regex")
    guard let pattern = TextPattern(regularExpression: try expression.string()) else {
      throw expression.failure(
        expected:
          "a regular expression that is known (\" {2,}\", \"\\s+\", \"\\s{2,}|[\\n\\r\\t]\", or the "
          + "words of GPT-2, Llama 3 or Qwen 2)")
    }
    self = pattern
  }
}

extension FileValue {
  fileprivate func normalizationTable() throws -> NormalizationTable {
    guard let bytes = Base64.decoded(try string()) else {
      throw failure(expected: "text in Base64")
    }
    do {
      return try NormalizationTable(bytes, in: bytes.indices)
    } catch {
      throw TokenizerError.malformed(path: file, reason: "\(place): \(error.reason)")
    }
  }
}

/// Base64 with padding.
///
/// Source: RFC 4648, section 4.
enum Base64 {
  private static let values: [UInt8: UInt32] = {
    let digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8
    return Dictionary(uniqueKeysWithValues: digits.enumerated().map { ($1, UInt32($0)) })
  }()

  /// The bytes that a text stands for; nil if it is not in Base64.
  static func decoded(_ text: String) -> [UInt8]? {
    let digits = Array(text.utf8)
    guard digits.count % 4 == 0 else { return nil }
    let padding = digits.reversed().prefix { $0 == UInt8(ascii: "=") }.count
    guard padding <= 2 else { return nil }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(digits.count / 4 * 3)
    var bits: UInt32 = 0
    for (index, digit) in digits.enumerated() {
      if index < digits.count - padding {
        guard let value = values[digit] else { return nil }
        bits = bits << 6 | value
      } else {
        bits <<= 6
      }
      guard index % 4 == 3 else { continue }
      for shift: UInt32 in [16, 8, 0] { bytes.append(UInt8(truncatingIfNeeded: bits >> shift)) }
      bits = 0
    }
    bytes.removeLast(padding)
    return bytes
  }
}
