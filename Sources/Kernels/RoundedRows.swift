import CKernels

/// A weight, `[rows, columns]`, rounded to bytes as `PackedWeight` rounds it, row-major.
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
    var scales = [Float](repeating: 0, count: rows)
    // In bounds: the kernel writes rows · columns bytes and a scale a row.
    bytes = [Int8](unsafeUninitializedCapacity: rows * columns) { bytes, count in
      if let start = bytes.baseAddress { t5k_round_s8(rows, columns, numbers, start, &scales) }
      count = rows * columns
    }
    self.scales = scales
  }
}
