/// Porter's suffix stripping, for English.
///
/// M. F. Porter, "An algorithm for suffix stripping", Program 14(3), 1980, with the three departures of
/// his own programs, which Lucene's PorterStemFilter shares: words of one or two letters stay, BLI
/// becomes BLE (for ABLI to ABLE), and LOGI becomes LOG.
///
/// Words are lower-case letters a–z in ASCII; other bytes count as consonants.
struct PorterStemmer {
  private var word: [UInt8]

  /// Replaces a word by its stem.
  static func stem(_ word: inout [UInt8]) {
    guard word.count > 2 else { return }
    var stemmer = PorterStemmer(word: word)
    stemmer.removePlural()
    stemmer.removePastAndGerund()
    stemmer.replaceFinalY()
    stemmer.apply(Self.step2, minimumMeasure: 1)
    stemmer.apply(Self.step3, minimumMeasure: 1)
    stemmer.removeLastSuffix()
    stemmer.tidy()
    word = stemmer.word
  }

  // MARK: Steps

  /// Step 1a.
  private mutating func removePlural() {
    if ends("sses") || ends("ies") {
      word.removeLast(2)
    } else if ends("s"), !ends("ss") {
      word.removeLast()
    }
  }

  /// Step 1b.
  private mutating func removePastAndGerund() {
    if ends("eed") {
      if measure(word.count - 3) > 0 { word.removeLast() }
      return
    }
    if ends("ed"), hasVowel(word.count - 2) {
      word.removeLast(2)
    } else if ends("ing"), hasVowel(word.count - 3) {
      word.removeLast(3)
    } else {
      return
    }
    if ends("at") || ends("bl") || ends("iz") {
      word.append(UInt8(ascii: "e"))
    } else if endsInDoubleConsonant {
      if !ends("l"), !ends("s"), !ends("z") { word.removeLast() }
    } else if measure(word.count) == 1, endsInShortSyllable(word.count) {
      word.append(UInt8(ascii: "e"))
    }
  }

  /// Step 1c.
  private mutating func replaceFinalY() {
    if ends("y"), hasVowel(word.count - 1) { word[word.count - 1] = UInt8(ascii: "i") }
  }

  private static let step2: [(StaticString, StaticString)] = [
    ("ational", "ate"), ("tional", "tion"), ("enci", "ence"), ("anci", "ance"), ("izer", "ize"),
    ("bli", "ble"), ("alli", "al"), ("entli", "ent"), ("eli", "e"), ("ousli", "ous"),
    ("ization", "ize"), ("ation", "ate"), ("ator", "ate"), ("alism", "al"), ("iveness", "ive"),
    ("fulness", "ful"), ("ousness", "ous"), ("aliti", "al"), ("iviti", "ive"), ("biliti", "ble"),
    ("logi", "log"),
  ]

  private static let step3: [(StaticString, StaticString)] = [
    ("icate", "ic"), ("ative", ""), ("alize", "al"), ("iciti", "ic"), ("ical", "ic"), ("ful", ""),
    ("ness", ""),
  ]

  /// No suffix here ends another one that stands before it, but "ement", "ment", "ent".
  private static let step4: [(StaticString, StaticString)] = [
    ("al", ""), ("ance", ""), ("ence", ""), ("er", ""), ("ic", ""), ("able", ""), ("ible", ""),
    ("ant", ""), ("ement", ""), ("ment", ""), ("ent", ""), ("ou", ""), ("ism", ""), ("ate", ""),
    ("iti", ""), ("ous", ""), ("ive", ""), ("ize", ""),
  ]

  /// Step 4.
  private mutating func removeLastSuffix() {
    guard ends("ion") else { return apply(Self.step4, minimumMeasure: 2) }
    if ends("sion") || ends("tion"), measure(word.count - 3) > 1 { word.removeLast(3) }
  }

  /// Step 5.
  private mutating func tidy() {
    if ends("e") {
      let rest = word.count - 1
      let restMeasure = measure(rest)
      if restMeasure > 1 || restMeasure == 1 && !endsInShortSyllable(rest) { word.removeLast() }
    }
    if ends("ll"), measure(word.count) > 1 { word.removeLast() }
  }

  /// Takes the first rule whose suffix the word has; it is applied if what is left is long enough.
  private mutating func apply(
    _ rules: [(StaticString, StaticString)], minimumMeasure: Int
  ) {
    guard let (suffix, replacement) = rules.first(where: { ends($0.0) }) else { return }
    let rest = word.count - suffix.utf8CodeUnitCount
    guard measure(rest) >= minimumMeasure else { return }
    word.removeLast(word.count - rest)
    replacement.withUTF8Buffer { word.append(contentsOf: $0) }
  }

  // MARK: The paper's conditions

  private func ends(_ suffix: StaticString) -> Bool {
    suffix.withUTF8Buffer { word.suffix($0.count).elementsEqual($0) }
  }

  private func isConsonant(_ index: Int) -> Bool {
    switch word[index] {
    case UInt8(ascii: "a"), UInt8(ascii: "e"), UInt8(ascii: "i"), UInt8(ascii: "o"),
      UInt8(ascii: "u"):
      return false
    case UInt8(ascii: "y"):
      // Each y of a run is the opposite of the one before it.
      let start = word[..<index].lastIndex { $0 != UInt8(ascii: "y") }.map { $0 + 1 } ?? 0
      let isFirstConsonant = start == 0 || !isConsonant(start - 1)
      return (index - start).isMultiple(of: 2) == isFirstConsonant
    default: return true
    }
  }

  /// m: how often a consonant follows a vowel in the first `count` letters.
  private func measure(_ count: Int) -> Int {
    var result = 0
    var isAfterVowel = false
    var wasConsonant = false
    for index in 0..<count {
      // As `isConsonant`, without looking back over a run of y's at each of them.
      let isConsonant =
        word[index] == UInt8(ascii: "y") && index > 0 ? !wasConsonant : isConsonant(index)
      if isConsonant, isAfterVowel { result += 1 }
      isAfterVowel = !isConsonant
      wasConsonant = isConsonant
    }
    return result
  }

  /// The condition *v*: the first `count` letters have a vowel.
  private func hasVowel(_ count: Int) -> Bool {
    var wasConsonant = false
    for index in 0..<count {
      let isConsonant =
        word[index] == UInt8(ascii: "y") && index > 0 ? !wasConsonant : isConsonant(index)
      if !isConsonant { return true }
      wasConsonant = isConsonant
    }
    return false
  }

  /// The condition *d.
  private var endsInDoubleConsonant: Bool {
    let count = word.count
    return count >= 2 && word[count - 1] == word[count - 2] && isConsonant(count - 1)
  }

  /// The condition *o: consonant, vowel, consonant, the last one not w, x or y.
  private func endsInShortSyllable(_ count: Int) -> Bool {
    guard count >= 3, isConsonant(count - 3), !isConsonant(count - 2), isConsonant(count - 1) else {
      return false
    }
    return !"wxy".utf8.contains(word[count - 1])
  }
}
