/// Splits text into words and signs as BERT does, before a vocabulary's pieces are looked for.
///
/// Each scalar alone decides what becomes of it, with one exception: combining marks that are kept
/// although accents go are put into Unicode's canonical order.
struct BasicTokenizer: Sendable {
  private let settings: WordPieceTokenizer.Settings
  /// What becomes of the scalars that have one or two bytes in UTF-8.
  private let shortForms: [Form]

  init(_ settings: WordPieceTokenizer.Settings) {
    self.settings = settings
    shortForms = (0..<0x800).map { value in
      Unicode.Scalar(value).map { Self.form(of: BERTCharacter($0), settings) } ?? .removed
    }
  }

  /// Calls `body` for each word of a text in UTF-8, in order.
  func split(_ text: UnsafeBufferPointer<UInt8>, _ body: (borrowing Word) -> Void) {
    var word = Word()
    var recent = RecentForms()
    var position = 0
    while position < text.count {
      let start = position
      let form: Form
      if text[position] < 0x80 {
        form = shortForms[Int(text[position])]
        position += 1
      } else {
        let scalar = Self.scalar(in: text, at: &position)
        form =
          scalar.value < shortForms.count
          ? shortForms[Int(scalar.value)]
          : recent.form(of: scalar) { Self.form(of: BERTCharacter(scalar), settings) }
      }
      switch form {
      case .letter(let scalar): word.append(scalar)
      case .letters(let first, let second, let third):
        word.append(first)
        word.append(second)
        if let third { word.append(third) }
      case .sign(let scalar): word.isolate(scalar, body)
      case .space: word.end(body)
      case .removed: break
      case .sequence:
        position = start
        splitSequence(text, at: &position, &word, body)
      }
    }
    word.end(body)
  }

  /// Splits from a scalar that its form does not settle, to the next one that starts a sequence.
  private func splitSequence(
    _ text: UnsafeBufferPointer<UInt8>, at position: inout Int, _ word: inout Word,
    _ body: (borrowing Word) -> Void
  ) {
    var marks: [BERTCharacter] = []
    func append(_ character: BERTCharacter) {
      for scalar in Self.folded(character, settings) {
        if BERTCharacter(scalar).isPunctuation {
          word.isolate(scalar, body)
        } else {
          word.append(scalar)
        }
      }
    }
    func appendMarks() {
      // Stable: marks of one class keep their order.
      for mark in marks.sorted(by: { $0.combiningClass < $1.combiningClass }) { append(mark) }
      marks.removeAll(keepingCapacity: true)
    }
    repeat {
      let character = BERTCharacter(Self.scalar(in: text, at: &position))
      guard !character.isRemoved else { continue }
      let isWord = settings.handlesChinese && character.isIdeograph
      if isWord || character.isWhitespace {
        appendMarks()
        word.end(body)
      }
      guard !character.isWhitespace else { break }
      for part in Self.parts(of: character, settings) {
        if part.combiningClass == 0 { appendMarks() }
        if settings.dropsAccents, part.isNonspacingMark { continue }
        if settings.dropsAccents, part.combiningClass != 0 {
          marks.append(part)
        } else {
          append(part)
        }
      }
      if isWord { word.end(body) }
    } while !marks.isEmpty && position < text.count
    appendMarks()
  }
}

extension BasicTokenizer {
  /// What becomes of a scalar.
  private enum Form: Sendable {
    /// Part of a word.
    case letter(Unicode.Scalar)
    /// Parts of a word, as a Hangul syllable has them.
    case letters(Unicode.Scalar, Unicode.Scalar, Unicode.Scalar?)
    /// A word of its own.
    case sign(Unicode.Scalar)
    /// The end of a word.
    case space
    /// Nothing.
    case removed
    /// More than that, or what the scalars around it may be sorted before.
    case sequence
  }

  /// The forms that a text used last, as most scripts beyond two bytes have few scalars.
  private struct RecentForms {
    private var forms: [(scalar: Unicode.Scalar, form: Form)] = []

    /// The form of a scalar, made if need be.
    mutating func form(of scalar: Unicode.Scalar, made make: () -> Form) -> Form {
      if forms.isEmpty { forms = Array(repeating: ("\0", .removed), count: 256) }
      let place = Int(scalar.value % 256)
      if forms[place].scalar != scalar { forms[place] = (scalar, make()) }
      return forms[place].form
    }
  }

  private static func form(
    of character: BERTCharacter, _ settings: WordPieceTokenizer.Settings
  ) -> Form {
    let isWord = settings.handlesChinese && character.isIdeograph
    // The blocks of unified ideographs below U+10000, which nothing changes.
    if isWord, character.scalar.value < 0xF900 { return .sign(character.scalar) }
    if let jamo = character.scalar.hangulDecomposition {
      return settings.dropsAccents
        ? .letters(jamo.leading, jamo.vowel, jamo.trailing) : .letter(character.scalar)
    }
    if character.isRemoved { return .removed }
    if character.isWhitespace { return .space }
    var folded: [Unicode.Scalar] = []
    for part in parts(of: character, settings) {
      if settings.dropsAccents {
        if part.isNonspacingMark { continue }
        if part.combiningClass != 0 { return .sequence }
      }
      folded += Self.folded(part, settings)
    }
    let isSign = isWord || folded.contains { BERTCharacter($0).isPunctuation }
    switch folded.count {
    case 0: return .removed
    case 1: return isSign ? .sign(folded[0]) : .letter(folded[0])
    case 2 where !isSign: return .letters(folded[0], folded[1], nil)
    case 3 where !isSign: return .letters(folded[0], folded[1], folded[2])
    default: return .sequence
    }
  }

  /// A character, or what it consists of if accents are to go.
  private static func parts(
    of character: BERTCharacter, _ settings: WordPieceTokenizer.Settings
  ) -> [BERTCharacter] {
    settings.dropsAccents ? character.decomposition : [character]
  }

  /// A character without its case, if that is to go.
  private static func folded(
    _ character: BERTCharacter, _ settings: WordPieceTokenizer.Settings
  ) -> String.UnicodeScalarView {
    settings.lowercases ? character.lowercased : String(character.scalar).unicodeScalars
  }

  /// The scalar at a position of a text in UTF-8, and the position after it.
  private static func scalar(
    in text: UnsafeBufferPointer<UInt8>, at position: inout Int
  ) -> Unicode.Scalar {
    var decoder = UTF8()
    var rest = text[position...].makeIterator()
    guard case .scalarValue(let scalar) = decoder.decode(&rest) else {
      preconditionFailure("a Swift string is UTF-8")
    }
    position += UTF8.width(scalar)
    return scalar
  }
}

extension WordPieceTokenizer.Settings {
  /// Whether letters lose their accents.
  var dropsAccents: Bool { stripsAccents ?? lowercases }
}

extension BasicTokenizer {
  /// A word in the making.
  struct Word: ~Copyable {
    /// UTF-8; of a word longer than any that is split, only the start.
    private(set) var bytes: [UInt8] = []
    private(set) var scalarCount = 0

    mutating func append(_ scalar: Unicode.Scalar) {
      scalarCount += 1
      guard scalarCount <= WordPieceTokenizer.maximumWordLength else { return }
      if scalar.isASCII {
        bytes.append(UInt8(truncatingIfNeeded: scalar.value))
      } else {
        bytes.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
      }
    }

    /// Hands the word over if it is one, and starts the next.
    mutating func end(_ body: (borrowing Word) -> Void) {
      guard scalarCount > 0 else { return }
      body(self)
      bytes.removeAll(keepingCapacity: true)
      scalarCount = 0
    }

    /// Makes a word of one scalar.
    mutating func isolate(_ scalar: Unicode.Scalar, _ body: (borrowing Word) -> Void) {
      end(body)
      append(scalar)
      end(body)
    }
  }
}
