/// A SentencePiece model of a few pieces, written field by field so that tests can damage it.
struct SmallModel {
  struct Piece {
    var text: [UInt8]
    var score: Float = -1
    var type: UInt8 = 1

    init(_ text: String, score: Float = -1, type: UInt8 = 1) {
      self.text = Array(text.utf8)
      self.score = score
      self.type = type
    }
  }

  static let unknownType: UInt8 = 2
  static let controlType: UInt8 = 3

  var pieces = [
    Piece("<pad>", score: 0, type: controlType), Piece("</s>", score: 0, type: controlType),
    Piece("<unk>", score: 0, type: unknownType), Piece("▁", score: -2), Piece("a", score: -3),
    Piece("b", score: -3.5), Piece("▁a", score: -1.5), Piece("ab", score: -4), Piece("é"),
  ]
  /// A normalisation table that makes `a` of `A`; nil leaves it out.
  var table: [UInt8]? = SmallModel.table(units: units)
  /// Further fields, serialised.
  var rest: [UInt8] = []

  /// A trie of the string "A", with the number 0: the root leads to base 1, "A" is at 1 ^ 0x41, and
  /// ends there and leads to base 2, where the number is.
  static let units: [UInt32] = {
    // Unused units hang on a base that no unit leads to.
    var units = (0..<256).map { UInt32($0) ^ 0xFE }
    units[0] = unit(from: 0, to: 1, label: 0)
    units[0x40] = unit(from: 0x40, to: 2, label: 0x41, endsString: true)
    units[2] = 0x8000_0000
    return units
  }()

  /// A unit at a position whose ways lead to `base` xor byte.
  static func unit(
    from position: UInt32, to base: UInt32, label: UInt8, endsString: Bool = false
  ) -> UInt32 {
    (position ^ base) << 10 | (endsString ? 1 << 8 : 0) | UInt32(label)
  }

  static func table(
    units: [UInt32], count: UInt32? = nil, replacements: [UInt8] = Array("a\0".utf8)
  ) -> [UInt8] {
    word(count ?? UInt32(units.count * 4)) + units.flatMap(word) + replacements
  }

  var bytes: [UInt8] {
    var bytes: [UInt8] = []
    for piece in pieces {
      let score = [2 << 3 | 5] + Self.word(piece.score.bitPattern)
      bytes += Self.field(1, Self.field(1, piece.text) + score + [3 << 3, piece.type])
    }
    if let table { bytes += Self.field(3, Self.field(2, table)) }
    return bytes + rest
  }

  /// A field that holds bytes.
  static func field(_ number: UInt8, _ bytes: [UInt8]) -> [UInt8] {
    var length: [UInt8] = []
    var rest = bytes.count
    while rest >= 0x80 {
      length.append(UInt8(rest & 0x7F) | 0x80)
      rest >>= 7
    }
    return [number << 3 | 2] + length + [UInt8(rest)] + bytes
  }

  private static func word(_ value: UInt32) -> [UInt8] {
    [0, 8, 16, 24].map { UInt8(truncatingIfNeeded: value >> $0) }
  }
}
