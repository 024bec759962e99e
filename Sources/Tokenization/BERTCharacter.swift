/// A Unicode scalar with the properties that Hugging Face's BERT tokenizer sees in it.
///
/// That tokenizer holds three versions of Unicode at once, and so does this, for equal tokens:
/// categories of version 8, canonical decompositions and combining classes of version 9, white
/// space and case of its compiler's. What is younger is a letter, and its own decomposition.
///
/// Source: bert.rs in huggingface/tokenizers 0.23, and its crates unicode_categories and
/// unicode-normalization-alignments. Compared scalar by scalar.
struct BERTCharacter {
  let scalar: Unicode.Scalar

  init(_ scalar: Unicode.Scalar) { self.scalar = scalar }

  private static let categoryVersion = 8
  private static let decompositionVersion = 9

  /// Whether the scalar is cut from every text: NUL, U+FFFD, controls, formats, private use.
  var isRemoved: Bool {
    switch scalar {
    case "\t", "\n", "\r": return false
    case "\0", "\u{FFFD}": return true
    default:
      switch scalar.properties.generalCategory {
      case .control, .privateUse: return true
      case .format: return isKnown(inVersion: Self.categoryVersion)
      default: return false
      }
    }
  }

  var isWhitespace: Bool { scalar.properties.isWhitespace }

  /// Whether the scalar lies in a block of ideographs.
  var isIdeograph: Bool {
    switch scalar.value {
    case 0x4E00...0x9FFF, 0x3400...0x4DBF, 0x20000...0x2A6DF, 0x2A700...0x2B73F,
      0x2B740...0x2B81F, 0xF900...0xFAFF, 0x2F800...0x2FA1F:
      return true
    // Unicode's block begins at 2B820; Hugging Face's does not.
    case 0x2B920...0x2CEAF: return true
    default: return false
    }
  }

  /// Whether the scalar is a word of its own: ASCII signs, and punctuation.
  var isPunctuation: Bool {
    switch scalar.value {
    case 0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E: return true
    case 0...0x7F: return false
    // Punctuation up to version 8: a sign in Canadian Syllabics, a mark in Sharada.
    case 0x166D, 0x111C9: return true
    default:
      switch scalar.properties.generalCategory {
      case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation,
        .initialPunctuation, .finalPunctuation, .otherPunctuation:
        return isKnown(inVersion: Self.categoryVersion)
      default: return false
      }
    }
  }

  /// Whether the scalar is an accent.
  var isNonspacingMark: Bool {
    switch scalar.value {
    case 0...0x2FF: return false
    // Marks up to version 8, in Hanunoo and Ahom.
    case 0x1734, 0x1171E: return true
    // Marks only after version 8, in Mongolian, Javanese and Sharada.
    case 0x1885, 0x1886, 0xA9BD, 0x111C9: return false
    default:
      return scalar.properties.generalCategory == .nonspacingMark
        && isKnown(inVersion: Self.categoryVersion)
    }
  }

  /// Whether the scalar is a mark of any kind.
  var isMark: Bool {
    switch scalar.value {
    // Marks up to version 9, in Vedic; a mark only after it, in Sharada.
    case 0x1CF2, 0x1CF3: return true
    case 0x111C9: return false
    default: break
    }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .spacingMark, .enclosingMark:
      return isKnown(inVersion: Self.decompositionVersion)
    default: return false
    }
  }

  /// The canonical combining class; 0 for what starts a sequence that others are sorted in.
  var combiningClass: UInt8 {
    let value = scalar.properties.canonicalCombiningClass.rawValue
    return value != 0 && isKnown(inVersion: Self.decompositionVersion) ? value : 0
  }

  /// The canonical decomposition, in full.
  var decomposition: [BERTCharacter] {
    let scalars = scalar.canonicalDecomposition
    return scalars != [scalar] && isKnown(inVersion: Self.decompositionVersion)
      ? scalars.map(BERTCharacter.init) : [self]
  }

  /// The lower-case form of this scalar alone, whatever stands around it.
  var lowercased: String.UnicodeScalarView { scalar.properties.lowercaseMapping.unicodeScalars }

  private func isKnown(inVersion version: Int) -> Bool {
    scalar.properties.age.map { $0.major <= version } ?? false
  }
}
