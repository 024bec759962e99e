import Checkpoints
import Kernels

/// A layer's weight that is stored rotated and rounded, as `RoundedRows` makes it: bytes `[rows, columns]`, and a
/// scale for each row.
package struct ByteWeight: Sendable {
  private let rows: Int
  private let columns: Int
  private let bytes: ByteBuffer
  private let scales: FloatBuffer

  /// What the name of a weight's scales adds to that of the weight: `_scale` alone, as others name them, would
  /// promise bytes that are not rotated.
  package static let scaleSuffix = "_rotated_scale"

  /// Why a scale, `tensor`, is none of a weight with so many rows; nil where it may be one.
  static func fault(of tensor: StoredTensor, rows: Int) -> String? {
    guard tensor.shape != [rows, 1] || tensor.scalarType != .float32 else { return nil }
    return "\(tensor.name) (expected F32 of shape \([rows, 1]), "
      + "found \(tensor.scalarType.rawValue) of \(tensor.shape))"
  }

  /// Checks every number.
  ///
  /// - Parameters:
  ///   - bytes: `[rows, columns]`.
  ///   - scales: One for each row.
  /// - Throws: `ModelError.tensors` for a scale that is not finite and above 0, and for the byte −128, beside
  ///   which sums could overflow.
  init(
    _ name: String, rows: Int, columns: Int, bytes: ByteBuffer, scales: FloatBuffer
  ) throws {
    precondition(
      bytes.numbers.count == rows * columns && scales.count == rows, "the shapes were checked")
    let wrong = (0..<rows).first { !(scales.pointer[$0] > 0 && scales.pointer[$0].isFinite) }
    if let wrong {
      throw ModelError.tensors(
        missing: [], unexpected: [],
        misshapen: [
          "\(name)\(Self.scaleSuffix) (expected finite scales above 0, "
            + "found \(scales.pointer[wrong]) for row \(wrong))"
        ])
    }
    var least: Int8 = 0
    for byte in bytes.numbers { least = min(least, byte) }
    guard least >= -127 else {
      throw ModelError.tensors(
        missing: [], unexpected: [],
        misshapen: ["\(name) (expected bytes from -127 to 127, found \(least))"])
    }
    bytes.releasePages()
    self.rows = rows
    self.columns = columns
    self.bytes = bytes
    self.scales = scales
  }

  /// The numbers that the bytes stand for, row-major.
  var floats: FloatBuffer {
    FloatBuffer(count: rows * columns) { floats in
      // In bounds: `init` checked how many bytes and scales there are.
      for row in 0..<rows {
        for place in row * columns..<(row + 1) * columns {
          floats[place] = Float(bytes.numbers[place]) * scales.pointer[row]
        }
      }
      if let start = floats.baseAddress { RoundedRows.rotate(start, rows: rows, columns: columns) }
      bytes.releasePages()
    }
  }

  /// The bytes laid out for products.
  var packed: PackedWeight? {
    guard let start = bytes.numbers.baseAddress else { return nil }
    defer { bytes.releasePages() }
    return PackedWeight(rows: rows, columns: columns, bytes: start, scales: scales.pointer)
  }
}
