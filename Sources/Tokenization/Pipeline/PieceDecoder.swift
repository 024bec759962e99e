/// One step from pieces back to text.
///
/// Source: the decoders of huggingface/tokenizers 0.23.
indirect enum PieceDecoder: Sendable {
  case sequence([PieceDecoder])
  case byteLevel
  case metaspace(Metaspace)
  case wordPiece(continuation: [UInt8], cleansUp: Bool)
  case ending([UInt8])
  case byteFallback
  case fuse
  case strip([UInt8], start: Int, end: Int)
  case replace(TextPattern, with: [UInt8])

  /// What some pieces become; the text is all of it end to end.
  func apply(to pieces: [[UInt8]]) -> [[UInt8]] {
    switch self {
    case .sequence(let steps): return steps.reduce(pieces) { $1.apply(to: $0) }
    case .byteLevel: return [pieces.flatMap { ByteAlphabet.bytes(of: $0.scalars) ?? $0 }]
    case .metaspace(let metaspace):
      return pieces.enumerated().map { index, piece in
        let space: [UInt8] = index == 0 && metaspace.prefix != .never ? [] : [0x20]
        return TextPattern.string(metaspace.sign).replacingMatches(in: piece, with: space)
      }
    case .wordPiece(let continuation, let cleansUp):
      return pieces.enumerated().map { index, piece in
        var piece = piece
        if index > 0 {
          piece =
            piece.starts(with: continuation)
            ? Array(piece.dropFirst(continuation.count)) : [0x20] + piece
        }
        return cleansUp ? Self.cleanedUp(piece) : piece
      }
    case .ending(let ending):
      return pieces.enumerated().map { index, piece in
        let space: [UInt8] = index == pieces.count - 1 ? [] : [0x20]
        return TextPattern.string(ending).replacingMatches(in: piece, with: space)
      }
    case .byteFallback: return Self.spelledOut(pieces)
    case .fuse: return [Array(pieces.joined())]
    case .strip(let content, let start, let end):
      return pieces.map { Self.stripped($0, of: content, start: start, end: end) }
    case .replace(let pattern, let replacement):
      return pieces.map { pattern.replacingMatches(in: $0, with: replacement) }
    }
  }

  private static func stripped(
    _ piece: [UInt8], of content: [UInt8], start: Int, end: Int
  ) -> [UInt8] {
    guard !content.isEmpty else { return piece }
    var kept = piece[...]
    for _ in 0..<start where kept.starts(with: content) { kept = kept.dropFirst(content.count) }
    for _ in 0..<end where kept.suffix(content.count).elementsEqual(content) {
      kept = kept.dropLast(content.count)
    }
    return Array(kept)
  }

  /// Pieces with runs of `<0x0A>` and the like replaced by the bytes they name.
  private static func spelledOut(_ pieces: [[UInt8]]) -> [[UInt8]] {
    var result: [[UInt8]] = []
    var bytes: [UInt8] = []
    func endRun() {
      guard !bytes.isEmpty else { return }
      if String(validating: bytes, as: UTF8.self) != nil {
        result.append(bytes)
      } else {
        result.append(contentsOf: repeatElement(Array("\u{FFFD}".utf8), count: bytes.count))
      }
      bytes = []
    }
    for piece in pieces {
      if let byte = byte(named: piece) {
        bytes.append(byte)
      } else {
        endRun()
        result.append(piece)
      }
    }
    endRun()
    return result
  }

  private static func byte(named piece: [UInt8]) -> UInt8? {
    guard piece.count == 6, piece.starts(with: "<0x".utf8), piece.last == UInt8(ascii: ">")
    else { return nil }
    return UInt8(String(decoding: piece[3..<5], as: UTF8.self), radix: 16)
  }

  private static let cleanups: [(from: [UInt8], to: [UInt8])] = [
    (" .", "."), (" ?", "?"), (" !", "!"), (" ,", ","), (" ' ", "'"), (" n't", "n't"),
    (" 'm", "'m"), (" do not", " don't"), (" 's", "'s"), (" 've", "'ve"), (" 're", "'re"),
  ].map { (Array($0.utf8), Array($1.utf8)) }

  private static func cleanedUp(_ piece: [UInt8]) -> [UInt8] {
    cleanups.reduce(piece) { TextPattern.string($1.from).replacingMatches(in: $0, with: $1.to) }
  }
}
