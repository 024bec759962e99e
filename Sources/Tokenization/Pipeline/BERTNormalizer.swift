/// BERT's normalizer: controls removed, ideographs set apart, accents and case taken off.
struct BERTNormalizer: Sendable {
  let cleansText: Bool
  let handlesChinese: Bool
  let stripsAccents: Bool
  let lowercases: Bool

  /// Changes a text.
  func apply(to text: inout NormalizedText) {
    if text.bytes.isASCII {
      applyASCII(&text)
      return
    }
    var scalars = text.bytes.scalars
    if cleansText {
      if let first = scalars.first, BERTCharacter(first).isRemoved { text.startsText = false }
      scalars = scalars.compactMap(Self.cleansed)
    }
    if handlesChinese {
      scalars = scalars.flatMap { scalar -> [Unicode.Scalar] in
        scalar.value >= 0x3400 && BERTCharacter(scalar).isIdeograph
          ? [" ", scalar, " "] : [scalar]
      }
    }
    if stripsAccents {
      scalars = NormalForms.decomposed(scalars).filter {
        $0.isASCII || !BERTCharacter($0).isNonspacingMark
      }
    }
    text.bytes = [UInt8](encoding: scalars)
    if lowercases { text.lowercase() }
  }

  private func applyASCII(_ text: inout NormalizedText) {
    if cleansText {
      if let first = text.bytes.first, Self.cleansed(Unicode.Scalar(first)) == nil {
        text.startsText = false
      }
      // 0x20...0x7E stay as they are.
      if text.bytes.contains(where: { $0 < 0x20 || $0 == 0x7F }) {
        text.bytes = [UInt8](
          encoding: text.bytes.lazy.map { Unicode.Scalar($0) }.compactMap(Self.cleansed))
      }
    }
    if lowercases { text.lowercase() }
  }

  private static func cleansed(_ scalar: Unicode.Scalar) -> Unicode.Scalar? {
    if (0x20...0x7E).contains(scalar.value) { return scalar }
    let character = BERTCharacter(scalar)
    return character.isRemoved ? nil : character.isWhitespace ? " " : scalar
  }
}
