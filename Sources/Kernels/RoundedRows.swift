import CKernels

/// A weight, `[rows, columns]`, rotated and rounded to bytes as `PackedWeight` holds it, row-major.
public struct RoundedRows: Sendable {
  /// `[rows, columns]`, from −127 to 127.
  public let bytes: [Int8]
  /// What each row's bytes are multiplied with: 0 for a row of zeros, NaN for one with a number that is not
  /// finite.
  public let scales: [Float]

  /// Rounds a weight.
  ///
  /// - Parameter numbers: `[rows, columns]`.
  public init(rows: Int, columns: Int, numbers: UnsafePointer<Float>) {
    precondition(rows >= 0 && columns >= 0, "a weight cannot be [\(rows), \(columns)]")
    // The rotated rows of one step stay in the cache.
    let step = min(rows, 16)
    let rotated = UnsafeMutablePointer<Float>.allocate(capacity: max(step * columns, 1))
    defer { rotated.deallocate() }
    var scales = [Float](repeating: 0, count: rows)
    // In bounds: the kernels write as many rows of `columns` numbers, and a scale a row.
    bytes = [Int8](unsafeUninitializedCapacity: rows * columns) { bytes, count in
      if let start = bytes.baseAddress {
        scales.withUnsafeMutableBufferPointer { scales in
          guard let scales = scales.baseAddress else { return }
          for first in stride(from: 0, to: rows, by: max(step, 1)) {
            let some = min(step, rows - first)
            t5k_rotate_rows(numbers + first * columns, some, columns, rotated)
            t5k_round_s8(some, columns, rotated, start + first * columns, scales + first)
          }
        }
      }
      count = rows * columns
    }
    self.scales = scales
  }

  /// Turns the rows of a weight, in place, into those that are rounded, or back: the rotation is its own inverse.
  ///
  /// - Parameter numbers: `[rows, columns]`.
  public static func rotate(_ numbers: UnsafeMutablePointer<Float>, rows: Int, columns: Int) {
    t5k_rotate_rows(numbers, rows, columns, numbers)
  }
}
