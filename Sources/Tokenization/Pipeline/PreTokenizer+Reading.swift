extension PreTokenizer {
  /// The pre-tokenizer that a file describes.
  init(_ value: FileValue) throws {
    let type = try value.member("type")
    switch try type.string() {
    case "Sequence":
      try value.checkKeys(["type", "pretokenizers"])
      self = .sequence(try value.member("pretokenizers").elements().map(PreTokenizer.init))
    case "BertPreTokenizer": self = .bert
    case "Whitespace": self = .words
    case "WhitespaceSplit": self = .whitespace
    case "Metaspace": self = .metaspace(try Metaspace(value))
    case "ByteLevel":
      try value.checkKeys(["type", "add_prefix_space", "trim_offsets", "use_regex"])
      self = .byteLevel(
        addsPrefixSpace: try value.flag("add_prefix_space", or: true),
        splitsWords: try value.flag("use_regex", or: true))
    case "Split":
      try value.checkKeys(["type", "pattern", "behavior", "invert"])
      self = .split(
        try TextPattern(try value.member("pattern")), try value.member("behavior").splitBehavior(),
        inverted: try value.flag("invert", or: false))
    case "Digits":
      try value.checkKeys(["type", "individual_digits"])
      self = .digits(each: try value.flag("individual_digits", or: false))
    case "Punctuation":
      try value.checkKeys(["type", "behavior"])
      self = .punctuation(try value.optional("behavior")?.splitBehavior() ?? .isolated)
    default:
      throw type.failure(
        expected: "Sequence, BertPreTokenizer, Whitespace, WhitespaceSplit, Metaspace, ByteLevel, "
          + "Split, Digits or Punctuation")
    }
  }

  /// Whether no piece holds an ASCII letter or digit and a space after it.
  var splitsAtSpaces: Bool {
    switch self {
    case .sequence(let steps): steps.contains(where: \.splitsAtSpaces)
    case .bert, .words, .whitespace: true
    case .metaspace(let metaspace): metaspace.splits
    case .byteLevel(_, let splitsWords): splitsWords
    case .split(.words, .isolated, let inverted): !inverted
    case .split, .digits, .punctuation: false
    }
  }
}

extension Metaspace {
  /// The settings of a pre-tokenizer or decoder.
  init(_ value: FileValue) throws {
    try value.checkKeys([
      "type", "replacement", "prepend_scheme", "split", "add_prefix_space", "str_rep",
    ])
    let sign = try value.member("replacement")
    guard try sign.string().unicodeScalars.count == 1 else {
      throw sign.failure(expected: "one character")
    }
    var prefix = Prefix.always
    if let scheme = value.optional("prepend_scheme") {
      guard let named = Prefix(rawValue: try scheme.string()) else {
        throw scheme.failure(expected: "always, first or never")
      }
      prefix = named
    }
    // What files had before they had a scheme.
    if let prefixes = value.optional("add_prefix_space"), try !prefixes.bool() {
      guard value.optional("prepend_scheme") == nil || prefix == .never else {
        throw prefixes.failure(expected: "true beside prepend_scheme \(prefix.rawValue)")
      }
      prefix = .never
    }
    self.init(
      sign: Array(try sign.string().utf8), prefix: prefix, splits: try value.flag("split", or: true)
    )
  }
}

extension FileValue {
  fileprivate func splitBehavior() throws -> SplitBehavior {
    guard let behavior = SplitBehavior(rawValue: try string()) else {
      let names = SplitBehavior.allCases.map(\.rawValue).joined(separator: ", ")
      throw failure(expected: "one of \(names)")
    }
    return behavior
  }
}
