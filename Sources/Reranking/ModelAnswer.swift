/// What a model said about one prompt: what every scale of scores is made of.
struct ModelAnswer: Sendable, Hashable {
  /// One number a label.
  let logits: [Double]
  /// For each of the prompt's documents, whether it lost tokens.
  let documentsShortened: [Bool]
  let queryShortened: Bool

  init(_ logits: [Double], to sequence: some EncodedSequence) {
    self.logits = logits
    documentsShortened = sequence.documentsShortened
    queryShortened = sequence.queryShortened
  }
}

/// As a cache keeps it: a byte of flags, and the numbers' bits, little-endian.
extension ModelAnswer {
  private static let numberSize = 8

  /// nil for what is not worth keeping: broken weights answer with NaN.
  var bytes: [UInt8]? {
    guard logits.allSatisfy(\.isFinite) else { return nil }
    var flags: UInt8 = queryShortened ? 1 : 0
    for (index, isShortened) in documentsShortened.enumerated() where isShortened {
      flags |= 2 << index
    }
    var bytes = [flags]
    bytes.reserveCapacity(1 + logits.count * Self.numberSize)
    for logit in logits {
      withUnsafeBytes(of: logit.bitPattern.littleEndian) { bytes += $0 }
    }
    return bytes
  }

  /// - Parameters:
  ///   - labels: How many numbers are expected.
  ///   - documents: How many documents a prompt has.
  /// - Returns: nil for what is no such answer.
  init?(bytes: [UInt8], labels: Int, documents: Int) {
    guard bytes.count == 1 + labels * Self.numberSize, bytes[0] < 2 << documents else {
      return nil
    }
    logits = bytes.withUnsafeBytes { bytes in
      (0..<labels).map { label in
        // Inside: the count was checked above.
        let bits = bytes.loadUnaligned(
          fromByteOffset: 1 + label * Self.numberSize, as: UInt64.self)
        return Double(bitPattern: UInt64(littleEndian: bits))
      }
    }
    queryShortened = bytes[0] & 1 != 0
    documentsShortened = (0..<documents).map { bytes[0] & (2 << $0) != 0 }
    guard logits.allSatisfy(\.isFinite) else { return nil }
  }
}
