/// What a scalar is to the patterns that split text into words.
///
/// Those of Hugging Face's tokenizers know Unicode 16; what is younger is neither letter nor number.
/// Compared scalar by scalar with tokenizers 0.23.
enum ScalarClass: UInt8, Sendable {
  /// `\p{L}`.
  case letter
  /// `\p{N}`.
  case number
  /// `\s`.
  case space
  /// All else.
  case other

  /// The class of a scalar.
  @inline(__always)
  init(_ scalar: Unicode.Scalar) {
    self = scalar.value < 0x1_0000 ? Self.firstPlane[Int(scalar.value)] : Self(looking: scalar)
  }

  /// The classes of the first plane, since looking one up takes long.
  private static let firstPlane: [ScalarClass] = (0..<0x1_0000).map {
    Unicode.Scalar($0).map { ScalarClass(looking: $0) } ?? .other
  }

  private init(looking scalar: Unicode.Scalar) {
    let properties = scalar.properties
    if properties.isWhitespace {
      self = .space
      return
    }
    guard scalar.isKnownToPatterns else {
      self = .other
      return
    }
    switch properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter:
      self = .letter
    case .decimalNumber, .letterNumber, .otherNumber: self = .number
    default: self = .other
    }
  }
}

extension Unicode.Scalar {
  fileprivate var isKnownToPatterns: Bool { properties.age.map { $0.major <= 16 } ?? false }

  /// Whether this is `\w` of a regular expression.
  ///
  /// Source: UTS #18, annex C.
  var isWordScalar: Bool {
    switch value {
    case 0x30...0x39, 0x41...0x5A, 0x5F, 0x61...0x7A: return true
    case 0...0x7F: return false
    default:
      guard isKnownToPatterns else { return false }
      if properties.isAlphabetic || properties.isJoinControl { return true }
      switch properties.generalCategory {
      case .nonspacingMark, .spacingMark, .enclosingMark, .decimalNumber, .connectorPunctuation:
        return true
      default: return false
      }
    }
  }

  /// Whether this is a number of any kind, as the compiler of Hugging Face's tokenizers knows it.
  var isNumeric: Bool {
    if isASCII { return (0x30...0x39).contains(value) }
    switch properties.generalCategory {
    case .decimalNumber, .letterNumber, .otherNumber: return true
    default: return false
    }
  }
}
