extension CompatibilityTable {
  /// The scalars that each scalar is a variant of, in full decomposition.
  static let decompositions: [Unicode.Scalar: [Unicode.Scalar]] = {
    var result: [Unicode.Scalar: [Unicode.Scalar]] = [:]
    for entry in text.utf8.split(separator: UInt8(ascii: " ")) {
      let sides = entry.split(separator: UInt8(ascii: ":"))
      let source = numbers(in: sides[0], separator: UInt8(ascii: "+"))
      let target = numbers(in: sides[1], separator: UInt8(ascii: "."))
      for offset in 0...(source.count > 1 ? source[1] : 0) {
        guard let scalar = Unicode.Scalar(source[0] + offset) else { continue }
        result[scalar] = target.compactMap { Unicode.Scalar($0 + offset) }
      }
    }
    return result
  }()

  private static func numbers(
    in text: Substring.UTF8View, separator: UInt8
  ) -> [UInt32] {
    text.split(separator: separator).compactMap { UInt32(Substring($0), radix: 16) }
  }
}
