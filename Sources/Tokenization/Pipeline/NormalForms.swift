#if canImport(Darwin)
  import Foundation
#else
  @_spi(_Unicode) import Swift
#endif

/// Unicode's normal forms as Hugging Face's tokenizers know them: of Unicode 9.
///
/// Source: The Unicode Standard, section 3.11, and UAX #15.
enum NormalForms {
  /// What a scalar is taken apart into.
  enum Decomposition: Sendable {
    /// What it is another spelling of: NFD and NFC.
    case canonical
    /// Also what it is a variant of, such as `ﬁ` of `fi`: NFKD and NFKC.
    case compatible
  }

  /// Scalars in full decomposition (NFD or NFKD).
  static func decomposed(
    _ scalars: [Unicode.Scalar], by decomposition: Decomposition = .canonical
  ) -> [Unicode.Scalar] {
    var result: [Unicode.Scalar] = []
    result.reserveCapacity(scalars.count)
    var marks: [BERTCharacter] = []
    func appendMarks() {
      // Stable: marks of one class keep their order.
      if marks.count > 1 { marks.sort { $0.combiningClass < $1.combiningClass } }
      result.append(contentsOf: marks.lazy.map(\.scalar))
      marks.removeAll(keepingCapacity: true)
    }
    // Nothing below has a decomposition or a class.
    let first: UInt32 = decomposition == .canonical ? 0xC0 : 0xA0
    for scalar in scalars {
      if scalar.value < first {
        if !marks.isEmpty { appendMarks() }
        result.append(scalar)
        continue
      }
      for part in parts(of: scalar, by: decomposition) {
        if part.combiningClass == 0 {
          appendMarks()
          result.append(part.scalar)
        } else {
          marks.append(part)
        }
      }
    }
    appendMarks()
    return result
  }

  private static func parts(
    of scalar: Unicode.Scalar, by decomposition: Decomposition
  ) -> [BERTCharacter] {
    if decomposition == .compatible, let parts = CompatibilityTable.decompositions[scalar] {
      return parts.map(BERTCharacter.init)
    }
    return BERTCharacter(scalar).decomposition
  }

  /// Scalars in canonical composition (NFC), after one of the decompositions (NFKC after the other).
  static func composed(
    _ scalars: [Unicode.Scalar], by decomposition: Decomposition = .canonical
  ) -> [Unicode.Scalar] {
    // The first scalar that combines is U+0300, and below it all are composed; variants begin earlier.
    let first: UInt32 = decomposition == .canonical ? 0x300 : 0xA0
    guard scalars.contains(where: { $0.value >= first }) else { return scalars }
    return recomposed(decomposed(scalars, by: decomposition))
  }

  /// Composes what is decomposed in full and in canonical order.
  static func recomposed(_ scalars: [Unicode.Scalar]) -> [Unicode.Scalar] {
    var result: [Unicode.Scalar] = []
    result.reserveCapacity(scalars.count)
    var starter: Int?
    var lastClass: UInt8 = 0
    for scalar in scalars {
      let combiningClass = scalar.value < 0x300 ? 0 : BERTCharacter(scalar).combiningClass
      if let place = starter {
        let isAdjacent = place == result.count - 1
        // Blocked by a mark of the same or a higher class, or by another starter.
        if isAdjacent || (lastClass < combiningClass && lastClass != 0),
          let composite = composite(result[place], scalar)
        {
          result[place] = composite
          continue
        }
      }
      if combiningClass == 0 { starter = result.count }
      lastClass = combiningClass
      result.append(scalar)
    }
    return result
  }

  /// The one scalar that two are equivalent to; nil if there is none in Unicode 9.
  private static func composite(
    _ first: Unicode.Scalar, _ second: Unicode.Scalar
  ) -> Unicode.Scalar? {
    guard second.value >= 0x300 else { return nil }
    var pair = String.UnicodeScalarView()
    pair.append(first)
    pair.append(second)
    #if canImport(Darwin)
      let scalars = [Unicode.Scalar](
        String(pair).precomposedStringWithCanonicalMapping.unicodeScalars)
    #else
      let scalars = [Unicode.Scalar](String(pair)._nfc)
    #endif
    guard scalars.count == 1, let composite = scalars.first,
      composite.properties.age.map({ $0.major <= 9 }) ?? false
    else { return nil }
    return composite
  }
}
