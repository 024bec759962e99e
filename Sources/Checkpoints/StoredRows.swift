/// A matrix of 16-bit floats, mapped from a file, of which single rows are read.
///
/// A table of words is large, and a text needs few of its rows: a copy of all would take longer to make than to use.
///
/// A class because it keeps the file mapped.
public final class StoredRows: @unchecked Sendable {
  // Sendable stands on this: the file is mapped read-only.
  /// The number of rows.
  public let rows: Int
  /// The number of columns.
  public let columns: Int
  private let bytes: UnsafeRawBufferPointer
  private let isBrain: Bool
  private let file: MappedFile

  /// Rows of some of a file's bytes; nil for a tensor that is no matrix, or not of 16-bit floats.
  init?(_ tensor: StoredTensor, _ bytes: UnsafeRawBufferPointer, of file: MappedFile) {
    guard tensor.shape.count == 2, [.float16, .bfloat16].contains(tensor.scalarType) else {
      return nil
    }
    precondition(bytes.count == 2 * tensor.count, "a tensor has all of its bytes")
    rows = tensor.shape[0]
    columns = tensor.shape[1]
    isBrain = tensor.scalarType == .bfloat16
    self.bytes = bytes
    self.file = file
  }

  /// Writes a row's numbers as 32-bit floats, exactly.
  ///
  /// - Parameter out: Room for `columns` numbers.
  /// - Precondition: There is such a row.
  public func read(_ row: Int, into out: UnsafeMutablePointer<Float>) {
    precondition((0..<rows).contains(row), "there is no row \(row) among \(rows)")
    // In bounds: rows · columns numbers of two bytes each.
    let start = 2 * row * columns
    if isBrain {
      for column in 0..<columns {
        out[column] = Float(
          bfloat16Bits: bytes.loadUnaligned(fromByteOffset: start + 2 * column, as: UInt16.self))
      }
    } else {
      for column in 0..<columns {
        out[column] = Float(
          float16Bits: bytes.loadUnaligned(fromByteOffset: start + 2 * column, as: UInt16.self))
      }
    }
  }
}
