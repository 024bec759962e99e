/// Floats at a fixed place in memory, zero at first.
///
/// A class because it frees its memory once, and because optimisers and tapes share it.
package final class FloatArray: @unchecked Sendable {
  // Sendable stands on its owners: each says when it is written.
  let pointer: UnsafeMutablePointer<Float>
  let count: Int

  init(count: Int) {
    let bytes = UnsafeMutableRawPointer.allocate(
      byteCount: max(count, 1) * MemoryLayout<Float>.stride, alignment: 64)
    pointer = bytes.bindMemory(to: Float.self, capacity: max(count, 1))
    pointer.initialize(repeating: 0, count: max(count, 1))
    self.count = count
  }

  deinit { UnsafeMutableRawPointer(pointer).deallocate() }

  func clear() { pointer.update(repeating: 0, count: count) }
}
