import Checkpoints
import Kernels
import Synchronization

/// A parameter's numbers: as floats, and rounded for products once somebody asks for that.
///
/// A class because all threads share what was made once.
final class StoredWeight: Sendable {
  private let parameter: Parameter
  /// nil: read when they are asked for, because most precisions do not need them.
  private let floatsAtHand: FloatBuffer?
  /// nil: rows are read from the floats.
  let rows: StoredRows?
  private let read: @Sendable () throws -> FloatBuffer
  /// nil: not stored rounded.
  private let bytes: ByteWeight?
  private let made = Mutex(Made())

  private struct Made {
    var floats: FloatBuffer?
    var packed: [ReducedPrecision: PackedWeight] = [:]
  }

  /// - Parameters:
  ///   - floats: Numbers that take no memory, or that are always needed.
  ///   - rows: A table's rows, where they need not be floats.
  ///   - read: Reads the numbers from the checkpoint, which was found to hold them sound.
  init(
    _ parameter: Parameter, floats: FloatBuffer?, rows: StoredRows? = nil,
    read: @Sendable @escaping () throws -> FloatBuffer
  ) {
    self.parameter = parameter
    floatsAtHand = floats
    self.rows = rows
    self.read = read
    bytes = nil
  }

  /// A weight that is stored rounded.
  init(_ parameter: Parameter, bytes: ByteWeight) {
    self.parameter = parameter
    floatsAtHand = nil
    rows = nil
    read = { bytes.floats }
    self.bytes = bytes
  }

  /// Whether the numbers have to be made floats before they are used as such.
  var isLate: Bool { floatsAtHand == nil }

  /// The numbers, row-major; they stay for as long as this object lives.
  var floats: FloatBuffer {
    if let floatsAtHand { return floatsAtHand }
    return made.withLock { made in
      let floats = made.floats ?? numbers()
      made.floats = floats
      return floats
    }
  }

  /// The numbers rounded for products; where sums could overflow in bytes, to bfloat16.
  func packed(_ precision: ReducedPrecision) -> PackedWeight {
    let precision = parameter.columns <= precision.greatestDepth ? precision : .bf16
    return made.withLock { made in
      if let packed = made.packed[precision] { return packed }
      if precision == .int8, let packed = bytes?.packed {
        made.packed[precision] = packed
        return packed
      }
      let floats = floatsAtHand ?? made.floats ?? numbers()
      let packed = PackedWeight(
        precision, rows: parameter.rows, columns: parameter.columns, numbers: floats.pointer)
      // The file's pages are not needed again, or only here and there.
      floats.releasePages()
      made.packed[precision] = packed
      return packed
    }
  }

  private func numbers() -> FloatBuffer {
    do {
      return try read()
    } catch {
      preconditionFailure("a tensor that the checkpoint held cannot be read: \(error)")
    }
  }
}
