import CKernels

/// How weights and activations are rounded before they are multiplied.
public enum ReducedPrecision: Sendable, Hashable, CaseIterable {
  /// Floats of 8 significant bits; sums in single precision.
  case bf16
  /// Whole numbers of 8 bits with a scale for each row, of factors that were rotated before; exact sums.
  case int8

  /// Whether this machine multiplies such numbers by instructions of their own, and so faster.
  public var isNative: Bool {
    switch self {
    case .bf16: t5k_level() >= T5K_AVX512_BF16
    case .int8: t5k_level() >= T5K_AVX512_VNNI
    }
  }

  /// The deepest products: 32-bit sums could overflow beyond.
  public var greatestDepth: Int { self == .int8 ? Int(T5K_GREATEST_S8_DEPTH) : .max }
}

/// A weight, `[rows, columns]`, rounded and laid out for products.
///
/// A class because it owns memory, which all threads share. Immutable, but for one of a `LearntWeight`.
public final class PackedWeight: @unchecked Sendable {
  // Sendable stands on this: nothing writes to `memory` after `init` but a `LearntWeight`, which says when.
  /// What its numbers were rounded to.
  public let precision: ReducedPrecision
  /// The columns of a product with it.
  public let rows: Int
  /// The depth of a product with it.
  public let columns: Int
  let memory: UnsafeMutableRawPointer
  /// The size of what it holds.
  public let byteCount: Int

  /// Rounds a weight.
  ///
  /// - Parameter numbers: `[rows, columns]`.
  /// - Precondition: Neither number is negative, and `columns` is at most the precision's greatest depth.
  public convenience init(
    _ precision: ReducedPrecision, rows: Int, columns: Int, numbers: UnsafePointer<Float>
  ) {
    precondition(columns <= precision.greatestDepth, "\(columns) products could overflow")
    self.init(precision, rows: rows, columns: columns)
    switch precision {
    case .bf16: t5k_pack_bf16(rows, columns, numbers, columns, memory)
    case .int8:
      let rounded = RoundedRows(rows: rows, columns: columns, numbers: numbers)
      t5k_pack_s8(rows, columns, rounded.bytes, rounded.scales, memory)
    }
  }

  /// Lays out a weight that `RoundedRows` rounded to bytes.
  ///
  /// - Parameters:
  ///   - bytes: `[rows, columns]`, from −127 to 127.
  ///   - scales: One for each row.
  /// - Precondition: As for the rounding of a weight.
  public convenience init(
    rows: Int, columns: Int, bytes: UnsafePointer<Int8>, scales: UnsafePointer<Float>
  ) {
    precondition(
      columns <= ReducedPrecision.int8.greatestDepth, "\(columns) products could overflow")
    self.init(.int8, rows: rows, columns: columns)
    t5k_pack_s8(rows, columns, bytes, scales, memory)
  }

  /// Room for a weight, which its owner fills before anybody reads it.
  init(_ precision: ReducedPrecision, rows: Int, columns: Int) {
    precondition(rows >= 0 && columns >= 0, "a weight cannot be [\(rows), \(columns)]")
    self.precision = precision
    self.rows = rows
    self.columns = columns
    switch precision {
    case .bf16: byteCount = t5k_packed_bf16_bytes(rows, columns)
    case .int8: byteCount = t5k_packed_s8_bytes(rows, columns)
    }
    // In bounds: the kernels write as many bytes as they say.
    // Where it is large, whole pages of 2 MB: one fault instead of 512 for each.
    let isLarge = byteCount >= Self.largePage
    memory = UnsafeMutableRawPointer.allocate(
      byteCount: max(byteCount, 1), alignment: isLarge ? Self.largePage : 64)
    if isLarge { t5k_use_large_pages(memory, byteCount) }
  }

  private static let largePage = 2 << 20

  deinit { memory.deallocate() }
}
