import Checkpoints
import Kernels

/// The embeddings of an index, `[count, dimension]`, row-major and little-endian, where their file is
/// mapped.
struct EmbeddingRows: Sendable {
  let count: Int
  let dimension: Int
  private let storage: EmbeddingStorage
  private let file: MappedFile

  /// - Precondition: The file holds at least as many numbers.
  init(_ file: MappedFile, count: Int, dimension: Int, storage: EmbeddingStorage) {
    precondition(
      file.bytes.count / storage.byteCount / max(dimension, 1) >= count,
      "a file of embeddings holds all of them")
    self.file = file
    self.count = count
    self.dimension = dimension
    self.storage = storage
  }

  /// Whether rows must be converted to be floats.
  var isConverted: Bool { storage != .float32 }

  /// The hash of some rows' bytes.
  func digest(of rows: Range<Int>) -> UInt64 {
    precondition(rows.lowerBound >= 0 && rows.upperBound <= count, "rows are in the index")
    let size = dimension * storage.byteCount
    return withExtendedLifetime(file) {
      // In bounds: the file holds `count` rows.
      ContentHash.digest(
        of: UnsafeRawBufferPointer(
          rebasing: file.bytes[rows.lowerBound * size..<rows.upperBound * size]))
    }
  }

  /// Some rows as 32-bit floats: the mapped file itself, else converted ones in `scratch`.
  ///
  /// - Parameter scratch: `[at least rows.count, dimension]`.
  func withFloats<Result>(
    _ rows: Range<Int>, scratch: Matrix, _ body: (UnsafePointer<Float>) -> Result
  ) -> Result {
    precondition(rows.lowerBound >= 0 && rows.upperBound <= count, "rows are in the index")
    return withExtendedLifetime(file) {
      // In bounds: the file holds `count` rows, and is mapped for as long as it lives; a mapping
      // begins at a page, so each number is aligned.
      let start = rows.lowerBound * dimension * storage.byteCount
      let end = rows.upperBound * dimension * storage.byteCount
      let bytes = UnsafeRawBufferPointer(rebasing: file.bytes[start..<end])
      switch storage {
      case .float32:
        return bytes.withMemoryRebound(to: Float.self) { floats in
          floats.baseAddress.map(body) ?? body(scratch.pointer)
        }
      case .float16:
        bytes.withMemoryRebound(to: UInt16.self) { scratch.decode(float16: $0) }
        return body(scratch.pointer)
      }
    }
  }
}

/// How an index stores embeddings.
public enum EmbeddingStorage: String, Sendable, Hashable, CaseIterable {
  /// As computed, four bytes a number.
  case float32 = "F32"
  /// Rounded to IEEE half precision, two bytes a number: scores of unit vectors err by up to 5·10⁻⁴.
  case float16 = "F16"

  /// Bytes of a number.
  var byteCount: Int {
    switch self {
    case .float32: 4
    case .float16: 2
    }
  }

  /// Numbers as they are stored, little-endian.
  func bytes(of values: [Float]) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(values.count * byteCount)
    for value in values {
      switch self {
      case .float32: withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes += $0 }
      case .float16: withUnsafeBytes(of: value.float16Bits.littleEndian) { bytes += $0 }
      }
    }
    return bytes
  }
}
