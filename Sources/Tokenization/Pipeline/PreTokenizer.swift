/// One step that splits a text into pieces that no token crosses.
///
/// Source: the pre-tokenizers of huggingface/tokenizers 0.23.
indirect enum PreTokenizer: Sendable {
  case sequence([PreTokenizer])
  /// At white space, which goes, and around BERT's punctuation.
  case bert
  /// `\w+|[^\w\s]+`.
  case words
  case whitespace
  case metaspace(Metaspace)
  case byteLevel(addsPrefixSpace: Bool, splitsWords: Bool)
  case split(TextPattern, SplitBehavior, inverted: Bool)
  case digits(each: Bool)
  case punctuation(SplitBehavior)

  /// Splits the pieces there are.
  func apply(to tokens: inout PreTokens) {
    switch self {
    case .sequence(let steps): for step in steps { step.apply(to: &tokens) }
    case .bert:
      tokens.split(.removed) { forEachScalar(of: $0, where: { $0.properties.isWhitespace }, $1) }
      tokens.split(.isolated) { forEachScalar(of: $0, where: Self.isPunctuation, $1) }
    case .words: tokens.split(Self.splitIntoWords)
    case .whitespace:
      tokens.split(.removed) { forEachScalar(of: $0, where: { ScalarClass($0) == .space }, $1) }
    case .metaspace(let metaspace): metaspace.apply(to: &tokens)
    case .byteLevel(let addsPrefixSpace, let splitsWords):
      if addsPrefixSpace {
        tokens.rewrite { _, text, result in
          if text.first != 0x20 { result.append(0x20) }
          result.append(contentsOf: text)
        }
      }
      if splitsWords {
        tokens.split(.isolated) { TextPattern.words(.gpt2).forEachMatch(in: $0, $1) }
      }
      tokens.rewrite { _, text, result in ByteAlphabet.append(text, to: &result) }
    case .split(let pattern, let behavior, let inverted):
      tokens.split(behavior, inverted: inverted) { pattern.forEachMatch(in: $0, $1) }
    case .digits(let each):
      tokens.split(each ? .isolated : .contiguous) {
        forEachScalar(of: $0, where: \.isNumeric, $1)
      }
    case .punctuation(let behavior):
      tokens.split(behavior) { forEachScalar(of: $0, where: Self.isPunctuation, $1) }
    }
  }

  private static func isPunctuation(_ scalar: Unicode.Scalar) -> Bool {
    BERTCharacter(scalar).isPunctuation
  }

  private func forEachScalar(
    of text: UnsafeBufferPointer<UInt8>, where isMatch: (Unicode.Scalar) -> Bool,
    _ body: (Range<Int>) -> Void
  ) {
    var position = 0
    while position < text.count {
      let start = position
      if isMatch(text.scalar(at: &position)) { body(start..<position) }
    }
  }

  private static func splitIntoWords(
    _ text: UnsafeBufferPointer<UInt8>, _ parts: inout PreTokens.Parts
  ) {
    enum Kind { case word, sign, space }
    var position = 0
    var start = 0
    var kind = Kind.space
    while position < text.count {
      let place = position
      let scalar = text.scalar(at: &position)
      let next: Kind =
        scalar.isWordScalar ? .word : ScalarClass(scalar) == .space ? .space : .sign
      guard next != kind else { continue }
      if kind != .space { parts.add(start..<place) }
      start = place
      kind = next
    }
    if kind != .space { parts.add(start..<text.count) }
  }
}

/// Puts a sign in place of spaces, and splits before each.
struct Metaspace: Sendable {
  /// Where a sign is put before a piece that has none at its start.
  enum Prefix: String, Sendable, CaseIterable {
    case always, first, never
  }

  let sign: [UInt8]
  let prefix: Prefix
  let splits: Bool

  func apply(to tokens: inout PreTokens) {
    tokens.rewrite { piece, text, result in
      let prefixed = prefix == .always || prefix == .first && piece.startsText
      if prefixed, text.first != 0x20, !text.has(sign, at: 0) { result.append(contentsOf: sign) }
      for byte in text {
        if byte == 0x20 {
          result.append(contentsOf: sign)
        } else {
          result.append(byte)
        }
      }
    }
    guard splits else { return }
    tokens.split(.mergedWithNext) { TextPattern.string(sign).forEachMatch(in: $0, $1) }
  }
}

/// GPT-2's alphabet: a printable scalar for each byte.
enum ByteAlphabet {
  /// The scalar of each byte.
  static let scalars: [Unicode.Scalar] = {
    var next: UInt32 = 0x100
    return (UInt8.min...UInt8.max).map { byte in
      switch byte {
      case 0x21...0x7E, 0xA1...0xAC, 0xAE...0xFF: return Unicode.Scalar(byte)
      default:
        defer { next += 1 }
        return Unicode.Scalar(next) ?? "\u{FFFD}"
      }
    }
  }()

  private static let encoded: [[UInt8]] = scalars.map { Array(String($0).utf8) }
  private static let bytes: [Unicode.Scalar: UInt8] = Dictionary(
    uniqueKeysWithValues: scalars.enumerated().map { ($1, UInt8($0)) })

  /// Appends the scalars of some bytes in UTF-8.
  static func append(_ text: UnsafeBufferPointer<UInt8>, to result: inout [UInt8]) {
    for byte in text {
      if (0x21...0x7E).contains(byte) {
        result.append(byte)
      } else {
        result.append(contentsOf: encoded[Int(byte)])
      }
    }
  }

  /// The bytes that a text in this alphabet stands for; nil if a scalar is not in it.
  static func bytes(of text: some Sequence<Unicode.Scalar>) -> [UInt8]? {
    var result: [UInt8] = []
    for scalar in text {
      guard let byte = bytes[scalar] else { return nil }
      result.append(byte)
    }
    return result
  }
}
