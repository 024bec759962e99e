/// What is looked for in a text: a string, or one of the regular expressions that are known.
enum TextPattern: Sendable {
  case string([UInt8])
  /// ` {2,}`: runs of spaces.
  case spaceRuns
  /// `\s+`: runs of white space.
  case whitespaceRuns
  /// `\s{2,}|[\n\r\t]`: white space but for a space, or another of one column, that stands alone.
  case wideWhitespace
  /// Words as GPT-2 or a later model takes them apart.
  case words(WordPattern)

  /// The pattern of a regular expression; nil if it is not known.
  init?(regularExpression: String) {
    switch regularExpression {
    case " {2,}": self = .spaceRuns
    case #"\s+"#: self = .whitespaceRuns
    case #"\s{2,}|[\n\r\t]"#: self = .wideWhitespace
    default:
      guard let words = WordPattern(regularExpression: regularExpression) else { return nil }
      self = .words(words)
    }
  }

  /// Calls `body` with each match in a text, from left to right; matches are not empty.
  func forEachMatch(in text: UnsafeBufferPointer<UInt8>, _ body: (Range<Int>) -> Void) {
    switch self {
    case .string(let string):
      guard !string.isEmpty else { return }
      var position = 0
      while position < text.count {
        if text[position] == string[0], text.has(string, at: position) {
          body(position..<position + string.count)
          position += string.count
        } else {
          position += 1
        }
      }
    case .spaceRuns: forEachRun(in: text, atLeast: 2, of: { $0 == " " }, body)
    case .whitespaceRuns: forEachRun(in: text, atLeast: 1, of: { ScalarClass($0) == .space }, body)
    case .wideWhitespace:
      forEachRun(in: text, atLeast: 1, of: { ScalarClass($0) == .space }) { run in
        var end = run.lowerBound
        let scalar = text.scalar(at: &end)
        if end < run.upperBound || scalar == "\n" || scalar == "\r" || scalar == "\t" { body(run) }
      }
    case .words(let pattern):
      var position = 0
      while position < text.count {
        let end = pattern.end(in: text, from: position)
        body(position..<end)
        position = end
      }
    }
  }

  /// A text with something else in place of each match.
  func replacingMatches(in text: [UInt8], with replacement: [UInt8]) -> [UInt8] {
    text.withUnsafeBufferPointer { bytes in
      var result: [UInt8] = []
      var position = 0
      forEachMatch(in: bytes) { match in
        if position == 0 { result.reserveCapacity(bytes.count * 2) }
        result.append(contentsOf: bytes[position..<match.lowerBound])
        result.append(contentsOf: replacement)
        position = match.upperBound
      }
      guard position > 0 else { return text }
      result.append(contentsOf: bytes[position...])
      return result
    }
  }

  private func forEachRun(
    in text: UnsafeBufferPointer<UInt8>, atLeast least: Int,
    of isPart: (Unicode.Scalar) -> Bool, _ body: (Range<Int>) -> Void
  ) {
    var position = 0
    while position < text.count {
      let start = position
      var end = start
      var length = 0
      while position < text.count, isPart(text.scalar(at: &position)) {
        end = position
        length += 1
      }
      if length >= least { body(start..<end) }
    }
  }
}
