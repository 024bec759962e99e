/// The words of a text, or phrases of neighbouring words where there are too many of them.
///
/// A word is what stands between white space, with its punctuation; in scripts that are written without
/// spaces each character is one.
struct TextUnits: Sendable {
  let text: String
  /// Where the words or phrases are, in the text's order; they do not overlap.
  let ranges: [Range<String.Index>]

  /// - Parameter limit: The most units; at least 1. Phrases have equally many words, or one more.
  init(_ text: String, atMost limit: Int) {
    self.text = text
    let words = Self.words(of: text)
    guard words.count > limit else {
      ranges = words
      return
    }
    let (size, larger) = words.count.quotientAndRemainder(dividingBy: limit)
    var rest = words[...]
    ranges = (0..<limit).compactMap { number in
      let phrase = rest.prefix(number < larger ? size + 1 : size)
      rest = rest.dropFirst(phrase.count)
      guard let first = phrase.first, let last = phrase.last else { return nil }
      return first.lowerBound..<last.upperBound
    }
  }

  /// The text without a unit, and without the white space on one of its sides.
  func text(without index: Int) -> String {
    let removed = removed(index)
    return String(text[..<removed.lowerBound]) + text[removed.upperBound...]
  }

  /// What `text(without:)` leaves out, in Unicode scalars.
  func removedScalars(_ index: Int) -> Range<Int> {
    let (scalars, removed) = (text.unicodeScalars, removed(index))
    let start = scalars.distance(from: scalars.startIndex, to: removed.lowerBound)
    return start..<start + scalars[removed].count
  }

  private func removed(_ index: Int) -> Range<String.Index> {
    let unit = ranges[index]
    if index + 1 < ranges.count { return unit.lowerBound..<ranges[index + 1].lowerBound }
    return index > 0 ? ranges[index - 1].upperBound..<unit.upperBound : unit
  }

  private static func words(of text: String) -> [Range<String.Index>] {
    var words: [Range<String.Index>] = []
    var start: String.Index?
    for index in text.indices {
      let character = text[index]
      let standsAlone = isWrittenWithoutSpaces(character)
      if let begun = start, standsAlone || character.isWhitespace {
        words.append(begun..<index)
        start = nil
      }
      if standsAlone {
        words.append(index..<text.index(after: index))
      } else if start == nil, !character.isWhitespace {
        start = index
      }
    }
    if let start { words.append(start..<text.endIndex) }
    return words
  }

  /// Thai to Burmese, Khmer, kana and Han, by the blocks of the Unicode Standard.
  private static func isWrittenWithoutSpaces(_ character: Character) -> Bool {
    guard let first = character.unicodeScalars.first else { return false }
    switch first.value {
    case 0x0E00...0x0EFF, 0x1000...0x109F, 0x1780...0x17FF, 0x3040...0x30FF, 0x3400...0x4DBF,
      0x4E00...0x9FFF, 0xF900...0xFAFF, 0x20000...0x3FFFD:
      return true
    default: return false
    }
  }
}
