/// Finds the sentences of a text, well enough to cut it between them.
///
/// A sentence ends at a blank line, and after a terminal mark (`.`, `!`, `?`, `。` …) with its closing quotes
/// and brackets, if white space follows or the mark is one of scripts without spaces. A full stop ends none
/// before a small letter, or after an initial (`J. Smith`); one that stands apart, as in tokenised texts,
/// does in any case.
///
/// Source: the main rules of Unicode Standard Annex 29, where single line breaks end no sentence, as texts are
/// often wrapped.
struct SentenceSplitter {
  private let scalars: [Unicode.Scalar]
  private let range: Range<Int>

  /// The sentences in a part of a text, without white space around them; only white space is left out.
  static func sentences(in range: Range<Int>, of scalars: [Unicode.Scalar]) -> [Range<Int>] {
    SentenceSplitter(scalars: scalars, range: range).sentences()
  }

  /// The words in a part of a text: what white space separates.
  static func words(in range: Range<Int>, of scalars: [Unicode.Scalar]) -> [Range<Int>] {
    scalars[range].split { $0.properties.isWhitespace }.map { $0.startIndex..<$0.endIndex }
  }

  private func sentences() -> [Range<Int>] {
    var sentences: [Range<Int>] = []
    var start: Int?
    var index = range.lowerBound
    func end(at end: Int) {
      if let first = start { sentences.append(first..<end) }
      start = nil
    }
    while index < range.upperBound {
      if isBlank(index) {
        let next = firstNotBlank(from: index)
        if hasBlankLine(index..<next) { end(at: index) }
        index = next
        continue
      }
      if start == nil { start = index }
      guard scalars[index].properties.isSentenceTerminal else {
        index += 1
        continue
      }
      let after = endOfMarks(from: index)
      if endsSentence(markAt: index, after: after) { end(at: after) }
      index = after
    }
    // Blanks behind the last word are no part of it.
    end(at: scalars[range].lastIndex { !$0.properties.isWhitespace }.map { $0 + 1 } ?? index)
    return sentences
  }

  private func isBlank(_ index: Int) -> Bool { scalars[index].properties.isWhitespace }

  private func firstNotBlank(from index: Int) -> Int {
    scalars[index..<range.upperBound].firstIndex { !$0.properties.isWhitespace } ?? range.upperBound
  }

  private func hasBlankLine(_ blanks: Range<Int>) -> Bool {
    var breaks = 0
    for index in blanks {
      switch scalars[index] {
      case "\u{2029}": return true
      // The two of CR LF are one.
      case "\n": breaks += index > range.lowerBound && scalars[index - 1] == "\r" ? 0 : 1
      case "\r", "\u{85}", "\u{2028}": breaks += 1
      default: break
      }
    }
    return breaks >= 2
  }

  /// Behind a mark, those that follow it, and what closes quotations and brackets.
  private func endOfMarks(from index: Int) -> Int {
    scalars[index..<range.upperBound].dropFirst().firstIndex { scalar in
      switch scalar.properties.generalCategory {
      case .closePunctuation, .finalPunctuation: false
      default: !(scalar.properties.isSentenceTerminal || scalar == "\"" || scalar == "'")
      }
    } ?? range.upperBound
  }

  private func endsSentence(markAt index: Int, after: Int) -> Bool {
    switch scalars[index] {
    case "。", "！", "？", "．", "｡": return true
    default: break
    }
    guard after == range.upperBound || isBlank(after) else { return false }
    guard scalars[index] == "." else { return true }
    guard index > range.lowerBound, !isBlank(index - 1) else { return true }
    let next = firstNotBlank(from: after)
    if next < range.upperBound, scalars[next].properties.isLowercase { return false }
    return !isInitial(index - 1)
  }

  /// Whether a capital letter stands by itself, or behind another one's full stop.
  private func isInitial(_ index: Int) -> Bool {
    guard scalars[index].properties.isUppercase else { return false }
    guard index > range.lowerBound else { return true }
    return isBlank(index - 1) || scalars[index - 1] == "."
  }
}
