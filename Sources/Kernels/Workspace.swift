/// Memory for activations, used again and again: fresh pages would cost more than many a kernel.
///
/// A class because its matrices give their memory back to it. One thread at a time.
public final class Workspace {
  fileprivate struct Block {
    let memory: UnsafeMutableRawPointer
    /// In floats.
    let capacity: Int
  }

  /// Not in use, in no order; a forward pass needs about a dozen.
  private var free: [Block] = []

  /// An empty workspace.
  public init() {}

  deinit { free.forEach { $0.memory.deallocate() } }

  /// A matrix whose values are undefined until they are written.
  ///
  /// - Precondition: Neither number is negative, and the product fits in memory.
  public func matrix(rows: Int, columns: Int) -> Matrix {
    precondition(rows >= 0 && columns >= 0, "a matrix cannot be [\(rows), \(columns)]")
    let block = block(of: rows * columns)
    return Matrix(
      rows: rows, columns: columns,
      // The block holds at least rows · columns floats.
      pointer: block.memory.bindMemory(to: Float.self, capacity: max(rows * columns, 1)),
      owner: .workspace(self, block))
  }

  private func block(of count: Int) -> Block {
    var best: Int?
    for (index, block) in free.enumerated() where block.capacity >= count {
      if best.map({ block.capacity < free[$0].capacity }) ?? true { best = index }
    }
    // A far larger block is left for whoever needs it; none is smaller than `leastCapacity`.
    if let best, free[best].capacity / 4 <= max(count, Self.leastCapacity / 4) {
      return free.remove(at: best)
    }
    let capacity = Self.capacity(for: count)
    let memory = UnsafeMutableRawPointer.allocate(
      byteCount: capacity * MemoryLayout<Float>.stride, alignment: 64)
    return Block(memory: memory, capacity: capacity)
  }

  private static let leastCapacity = 1024

  /// A quarter of a power of two above, so that batches of about one size share blocks.
  private static func capacity(for count: Int) -> Int {
    let least = max(count, leastCapacity)
    let step = 1 << max(Int.bitWidth - 1 - (least - 1).leadingZeroBitCount - 2, 0)
    return (least + step - 1) / step * step
  }

  fileprivate func recycle(_ block: Block) { free.append(block) }
}

/// A row-major matrix of activations, `[rows, columns]`, in a workspace's memory.
///
/// A class because its memory goes back to the workspace exactly once. One thread at a time.
public final class Matrix {
  /// The number of rows.
  public let rows: Int
  /// The number of columns, which is also the distance between two rows.
  public let columns: Int
  /// The first number; `rows · columns` of them, valid for as long as this object lives.
  public let pointer: UnsafeMutablePointer<Float>
  private let owner: Owner

  /// Whose memory it is.
  fileprivate enum Owner {
    case workspace(Workspace, Workspace.Block)
    case matrix(Matrix)
  }

  fileprivate init(
    rows: Int, columns: Int, pointer: UnsafeMutablePointer<Float>, owner: Owner
  ) {
    self.rows = rows
    self.columns = columns
    self.pointer = pointer
    self.owner = owner
  }

  deinit { if case .workspace(let workspace, let block) = owner { workspace.recycle(block) } }

  /// Some of the rows as a matrix of their own, in the same memory.
  public func sharing(rows: Range<Int>) -> Matrix {
    precondition((0...self.rows).contains(rows.upperBound) && rows.lowerBound >= 0)
    return Matrix(
      rows: rows.count, columns: columns, pointer: pointer + rows.lowerBound * columns,
      owner: .matrix(self))
  }

  /// How many numbers there are.
  public var count: Int { rows * columns }

  /// A copy of one row.
  public subscript(row: Int) -> [Float] {
    precondition((0..<rows).contains(row), "there is no row \(row) among \(rows)")
    return Array(UnsafeBufferPointer(start: pointer + row * columns, count: columns))
  }
}
