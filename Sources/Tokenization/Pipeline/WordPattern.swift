/// The regular expressions by which GPT-2 and later models split text, each written out as a walk.
///
/// Each of them matches somewhere at every place of a text, so a text is its matches.
struct WordPattern: Sendable {
  /// The ways in which they differ.
  private enum Kind: Sendable {
    case gpt2
    /// Llama 3 and Qwen 2: a sign may begin a word, and lines end words.
    case later
  }

  private let kind: Kind
  /// How many digits a number has at most.
  private let longestNumber: Int

  /// GPT-2's, which `ByteLevel` uses.
  static let gpt2 = WordPattern(kind: .gpt2, longestNumber: .max)

  private init(kind: Kind, longestNumber: Int) {
    self.kind = kind
    self.longestNumber = longestNumber
  }

  /// The pattern of a regular expression; nil if it is not known.
  init?(regularExpression: String) {
    switch regularExpression {
    case #"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#:
      self = .gpt2
    case Self.later(number: #"\p{N}{1,3}"#): self.init(kind: .later, longestNumber: 3)
    case Self.later(number: #"\p{N}"#): self.init(kind: .later, longestNumber: 1)
    default: return nil
    }
  }

  private static func later(number: String) -> String {
    #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|"# + number
      + #"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
  }

  /// Where the match that begins at a place ends.
  ///
  /// - Parameter start: Below `text.count`; the result is above it.
  func end(in text: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
    if let end = contraction(in: text, at: start) { return end }
    var afterFirst = start
    let first = text.scalar(at: &afterFirst)
    let firstClass = ScalarClass(first)
    switch firstClass {
    case .letter: return endOfRun(.letter, text, afterFirst)
    case .number: return endOfRun(.number, text, afterFirst, atMost: longestNumber - 1)
    case .other, .space: break
    }
    let next = classOfScalar(at: afterFirst, text)
    // ` ?\p{L}+`, or `[^\r\n\p{L}\p{N}]?\p{L}+`.
    let mayLead = kind == .gpt2 ? first == " " : first != "\r" && first != "\n"
    if mayLead, next == .letter { return endOfRun(.letter, text, afterFirst) }
    if kind == .gpt2, first == " ", next == .number { return endOfRun(.number, text, afterFirst) }
    if firstClass == .other || (first == " " && next == .other) {
      let end = endOfRun(.other, text, afterFirst)
      return kind == .gpt2 ? end : endOfLineBreaks(text, end)
    }
    return endOfSpace(text, start)
  }

  /// The end of white space: before its last scalar if something follows that may take it along.
  private func endOfSpace(_ text: UnsafeBufferPointer<UInt8>, _ start: Int) -> Int {
    var position = start
    var lastStart = start
    var endOfLine: Int?
    while position < text.count {
      var next = position
      let scalar = text.scalar(at: &next)
      guard ScalarClass(scalar) == .space else { break }
      lastStart = position
      position = next
      if scalar == "\r" || scalar == "\n" { endOfLine = next }
    }
    // `\s*[\r\n]+` ends with the last line break of the run.
    if kind == .later, let endOfLine { return endOfLine }
    return position == text.count || lastStart == start ? position : lastStart
  }

  private func endOfLineBreaks(_ text: UnsafeBufferPointer<UInt8>, _ start: Int) -> Int {
    var position = start
    while position < text.count, text[position] == 0x0A || text[position] == 0x0D { position += 1 }
    return position
  }

  private func endOfRun(
    _ kind: ScalarClass, _ text: UnsafeBufferPointer<UInt8>, _ start: Int, atMost limit: Int = .max
  ) -> Int {
    var position = start
    var left = limit
    while position < text.count, left > 0 {
      var next = position
      guard ScalarClass(text.scalar(at: &next)) == kind else { break }
      position = next
      left -= 1
    }
    return position
  }

  private func classOfScalar(at position: Int, _ text: UnsafeBufferPointer<UInt8>) -> ScalarClass? {
    guard position < text.count else { return nil }
    var position = position
    return ScalarClass(text.scalar(at: &position))
  }

  /// The end of `'s`, `'t`, `'re`, `'ve`, `'m`, `'ll` or `'d`; nil if none is here.
  private func contraction(in text: UnsafeBufferPointer<UInt8>, at start: Int) -> Int? {
    guard text[start] == UInt8(ascii: "'"), start + 1 < text.count else { return nil }
    func letter(_ offset: Int) -> UInt8? {
      guard start + offset < text.count else { return nil }
      let byte = text[start + offset]
      return kind == .later && (0x41...0x5A).contains(byte) ? byte | 0x20 : byte
    }
    switch (letter(1), letter(2)) {
    case (UInt8(ascii: "s"), _), (UInt8(ascii: "t"), _), (UInt8(ascii: "m"), _),
      (UInt8(ascii: "d"), _):
      return start + 2
    case (UInt8(ascii: "r"), UInt8(ascii: "e")), (UInt8(ascii: "v"), UInt8(ascii: "e")),
      (UInt8(ascii: "l"), UInt8(ascii: "l")):
      return start + 3
    // ſ is an s whatever the case.
    case (0xC5, 0xBF) where kind == .later: return start + 3
    default: return nil
    }
  }
}
