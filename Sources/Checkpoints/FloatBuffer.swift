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
  /// The size of pages that were asked of the system itself; nil: none were.
  private let ownPages: Int?

  /// From here on memory comes from the system and goes back to it at once; smaller pieces malloc
  /// manages well, but of large ones it may keep hundreds of megabytes.
  private static let fewestOwnPages = 1 << 20

  /// Floats that `owner` (a mapped file) keeps alive.
  init(borrowing pointer: UnsafePointer<Float>, count: Int, from owner: any AnyObject & Sendable) {
    self.pointer = pointer
    self.count = count
    self.owner = owner
    ownPages = nil
  }

  /// Fresh floats, 64-byte aligned; `initialize` must write all of them.
  public init(count: Int, initializingWith initialize: (UnsafeMutableBufferPointer<Float>) -> Void)
  {
    let size = max(count, 1) * MemoryLayout<Float>.stride
    let pages = size >= Self.fewestOwnPages ? Self.pages(size) : nil
    let bytes = pages ?? UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 64)
    ownPages = pages == nil ? nil : size
    let floats = bytes.bindMemory(to: Float.self, capacity: max(count, 1))
    initialize(UnsafeMutableBufferPointer(start: floats, count: count))
    self.pointer = UnsafePointer(floats)
    self.count = count
    self.owner = nil
  }

  private static func pages(_ size: Int) -> UnsafeMutableRawPointer? {
    let address = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0)
    guard address != MAP_FAILED else { return nil }
    #if canImport(Glibc)
      // One fault for 2 MB instead of 512. Failing is harmless.
      _ = madvise(address, size, Int32(MADV_HUGEPAGE))
    #endif
    return address
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
    guard let file = owner as? MappedFile else { return }
    file.releasePages(
      of: UnsafeRawBufferPointer(start: pointer, count: count * MemoryLayout<Float>.stride))
  }

  deinit {
    guard owner == nil else { return }
    let bytes = UnsafeMutableRawPointer(mutating: pointer)
    if let ownPages { munmap(bytes, ownPages) } else { bytes.deallocate() }
  }
}
