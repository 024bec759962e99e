import Digests

/// Compresses bytes as gzip data (RFC 1952) piece by piece; memory does not depend on the data.
///
/// The same bytes give the same data, however they are cut into pieces: there is no time in them.
public struct GzipEncoder: Sendable {
  private var finder = MatchFinder()
  private var output = BitWriter()
  /// What the next block begins with.
  private var block: [UInt8] = []
  private var checksum = CRC32()
  private var size: UInt32 = 0

  /// Whether the name of a file says that it is compressed: `.gz` at its end.
  public static func isMeant(by path: String) -> Bool {
    path.utf8.suffix(3).elementsEqual(".gz".utf8)
  }

  /// An encoder that has seen nothing yet.
  public init() {
    // Its two signs, DEFLATE, no flags, no time, no hint, an unknown system.
    output.write([0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255])
  }

  /// Takes some bytes.
  ///
  /// - Returns: Compressed data that are ready, to be written after those before; often none.
  public mutating func encode(_ bytes: [UInt8]) -> [UInt8] {
    checksum.update(bytes[...])
    size &+= UInt32(truncatingIfNeeded: bytes.count)
    var rest = bytes[...]
    // A full block waits: it may be the last.
    while block.count + rest.count > DeflateBlock.longest {
      let part = rest.prefix(DeflateBlock.longest - block.count)
      block += part
      rest = rest.dropFirst(part.count)
      writeBlock(isLast: false)
    }
    block += rest
    return output.takeBytes()
  }

  /// Ends the data.
  ///
  /// - Returns: The last of them.
  public mutating func finish() -> [UInt8] {
    writeBlock(isLast: true)
    output.alignToByte()
    output.write(Int(checksum.value), 32)
    output.write(Int(size), 32)
    return output.takeBytes()
  }

  private mutating func writeBlock(isLast: Bool) {
    DeflateBlock(block, finder.tokens(of: block), isLast: isLast).write(to: &output)
    block.removeAll(keepingCapacity: true)
  }
}
