#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Immutable 32-bit floats, owned or mapped from a file.
///
/// A class because it is shared and must outlive every pointer taken from it: hold the buffer for
/// as long as `pointer` is used.
public final class FloatBuffer: @unchecked Sendable {
  // Sendable stands on this: nothing writes through `pointer` after `init`.
  /// The first number; valid for as long as this object lives.
  public let pointer: UnsafePointer<Float>
  /// How many numbers there are.
  public let count: Int
  private let owner: (any AnyObject & Sendable)?

  /// Floats that `owner` (a mapped file) keeps alive.
  init(borrowing pointer: UnsafePointer<Float>, count: Int, from owner: any AnyObject & Sendable) {
    self.pointer = pointer
    self.count = count
    self.owner = owner
  }

  /// Fresh floats, 64-byte aligned; `initialize` must write all of them.
  public init(count: Int, initializingWith initialize: (UnsafeMutableBufferPointer<Float>) -> Void)
  {
    let bytes = UnsafeMutableRawPointer.allocate(
      byteCount: max(count, 1) * MemoryLayout<Float>.stride, alignment: 64)
    let floats = bytes.bindMemory(to: Float.self, capacity: max(count, 1))
    initialize(UnsafeMutableBufferPointer(start: floats, count: count))
    self.pointer = UnsafePointer(floats)
    self.count = count
    self.owner = nil
  }

  /// Some of the numbers, in the same memory.
  ///
  /// - Precondition: `range` lies in `0 ..< count`.
  public func slice(_ range: Range<Int>) -> FloatBuffer {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "a slice lies in its buffer")
    return FloatBuffer(borrowing: pointer + range.lowerBound, count: range.count, from: self)
  }

  /// Gives back the memory of a mapped file's pages; whoever reads the numbers again reads the file.
  public func releasePages() {
    guard owner != nil else { return }
    let pageSize = Int(sysconf(Int32(_SC_PAGESIZE)))
    let start = UInt(bitPattern: pointer)
    let end = start + UInt(count * MemoryLayout<Float>.stride)
    // Pages that belong to these numbers alone.
    let first = (start + UInt(pageSize) - 1) / UInt(pageSize) * UInt(pageSize)
    let last = end / UInt(pageSize) * UInt(pageSize)
    guard first < last, let address = UnsafeMutableRawPointer(bitPattern: first) else { return }
    // The mapping is private and read-only, so the pages hold nothing but the file. Failing is harmless.
    _ = madvise(address, Int(last - first), Int32(MADV_DONTNEED))
  }

  deinit {
    if owner == nil { UnsafeMutableRawPointer(mutating: pointer).deallocate() }
  }
}
