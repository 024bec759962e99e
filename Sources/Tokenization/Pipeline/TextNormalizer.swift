/// One step that changes a text before it is split into words.
///
/// Source: the normalizers of huggingface/tokenizers 0.23.
indirect enum TextNormalizer: Sendable {
  case sequence([TextNormalizer])
  case decomposed(NormalForms.Decomposition)
  case composed(NormalForms.Decomposition)
  case lowercase
  case stripAccents
  case bert(BERTNormalizer)
  case replace(TextPattern, with: [UInt8])
  case prepend([UInt8])
  case precompiled(NormalizationTable)
  case strip(left: Bool, right: Bool)
  /// The rules of SentencePiece's `nmt`.
  case machineTranslation

  /// Changes a text.
  func apply(to text: inout NormalizedText) {
    switch self {
    case .sequence(let steps): for step in steps { step.apply(to: &text) }
    case .decomposed(let kind):
      if !text.bytes.isASCII {
        text.bytes = [UInt8](encoding: NormalForms.decomposed(text.bytes.scalars, by: kind))
      }
    case .composed(let kind):
      if !text.bytes.isASCII {
        text.bytes = [UInt8](encoding: NormalForms.composed(text.bytes.scalars, by: kind))
      }
    case .lowercase: text.lowercase()
    case .stripAccents:
      if !text.bytes.isASCII { text.filter { !BERTCharacter($0).isMark } }
    case .bert(let normalizer): normalizer.apply(to: &text)
    case .replace(let pattern, let replacement):
      text.bytes = pattern.replacingMatches(in: text.bytes, with: replacement)
    case .prepend(let prefix):
      if !text.bytes.isEmpty { text.bytes = prefix + text.bytes }
    case .precompiled(let table):
      let normal = table.normalized(String(decoding: text.bytes, as: UTF8.self))
      // A table may hold anything.
      text.bytes = Array(String(decoding: normal, as: UTF8.self).utf8)
    case .strip(let left, let right): text.strip(left: left, right: right)
    case .machineTranslation:
      text.filter { !Self.isRemovedForTranslation($0) }
      text.bytes = [UInt8](
        encoding:
          text.bytes.scalars.lazy.map { Self.isSpaceForTranslation($0) ? " " : $0 })
    }
  }

  private static func isRemovedForTranslation(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x01...0x08, 0x0B, 0x0E...0x1F, 0x7F, 0x8F, 0x9F: true
    default: false
    }
  }

  private static func isSpaceForTranslation(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x09, 0x0A, 0x0C, 0x0D, 0x1680, 0x200B...0x200F, 0x2028, 0x2029, 0x2581, 0xFEFF, 0xFFFD:
      true
    default: false
    }
  }
}

/// A text on its way through the normalizers.
struct NormalizedText {
  /// UTF-8.
  var bytes: [UInt8]
  /// Whether its start is the start of the whole text: not after a special token, nor after what was
  /// taken away.
  var startsText: Bool

  /// Removes the scalars that a condition does not hold for.
  mutating func filter(_ isKept: (Unicode.Scalar) -> Bool) {
    let scalars = bytes.scalars
    guard let first = scalars.first else { return }
    if !isKept(first) { startsText = false }
    bytes = [UInt8](encoding: scalars.lazy.filter(isKept))
  }

  /// Gives each scalar its lower case, whatever stands around it.
  mutating func lowercase() {
    if bytes.isASCII {
      for position in bytes.indices where (0x41...0x5A).contains(bytes[position]) {
        bytes[position] |= 0x20
      }
      return
    }
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    for scalar in bytes.scalars {
      if scalar.isASCII {
        let byte = UInt8(truncatingIfNeeded: scalar.value)
        result.append((0x41...0x5A).contains(byte) ? byte | 0x20 : byte)
      } else {
        result.append(contentsOf: scalar.properties.lowercaseMapping.utf8)
      }
    }
    bytes = result
  }

  /// Removes white space from the ends.
  mutating func strip(left: Bool, right: Bool) {
    let scalars = bytes.scalars
    var kept = scalars[...]
    if left { kept = kept.drop { $0.properties.isWhitespace } }
    if right {
      while let last = kept.last, last.properties.isWhitespace { kept.removeLast() }
    }
    guard kept.count < scalars.count else { return }
    if kept.startIndex > 0 { startsText = false }
    bytes = [UInt8](encoding: kept)
  }
}
