/// Immutable whole numbers of 8 bits, mapped from a file.
///
/// A class because it keeps the file mapped: hold it for as long as `numbers` is used.
public final class ByteBuffer: @unchecked Sendable {
  // Sendable stands on this: the file is mapped read-only.
  /// The numbers; valid for as long as this object lives.
  public let numbers: UnsafeBufferPointer<Int8>
  private let file: MappedFile

  /// - Parameter bytes: Some of the file's.
  init(_ bytes: UnsafeRawBufferPointer, of file: MappedFile) {
    numbers = bytes.bindMemory(to: Int8.self)
    self.file = file
  }

  /// Gives back the memory of the file's pages; whoever reads the numbers again reads the file.
  public func releasePages() { file.releasePages(of: UnsafeRawBufferPointer(numbers)) }
}
