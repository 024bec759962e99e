import Kernels
import Synchronization
import Testing

@Suite struct WorkspaceTests {
  @Test("Memory that a matrix gave back is used again, and never by two at once")
  func reuse() {
    let workspace = Workspace()
    var first: Matrix? = workspace.matrix(rows: 100, columns: 30)
    let address = first?.pointer
    let second = workspace.matrix(rows: 100, columns: 30)
    #expect(second.pointer != address)
    first = nil
    let third = workspace.matrix(rows: 99, columns: 30)
    #expect(third.pointer == address)
    // Far too large for so small a matrix.
    #expect(workspace.matrix(rows: 1, columns: 1).pointer != address)
  }

  @Test("Memory of the smallest matrices is used again too", arguments: [0, 1, 255, 256])
  func smallReuse(count: Int) {
    let workspace = Workspace()
    let address = workspace.matrix(rows: 1, columns: count).pointer
    #expect(workspace.matrix(rows: 1, columns: count).pointer == address)
  }

  @Test("A matrix may be empty")
  func empty() {
    let workspace = Workspace()
    #expect(workspace.matrix(rows: 0, columns: 5).count == 0)
    #expect(workspace.matrix(rows: 3, columns: 0)[2] == [])
  }
}

@Suite struct ThreadTeamTests {
  @Test("Each thread's body runs once", arguments: [1, 2, 5])
  func run(count: Int) {
    let numbers = Mutex<[Int]>([])
    ThreadTeam.run(count: count) { number in numbers.withLock { $0.append(number) } }
    #expect(numbers.withLock { $0.sorted() } == Array(0..<count))
  }

  @Test("Results come in order, whoever computed them", arguments: [0, 1, 3, 1000], [1, 2, 7])
  func map(count: Int, threads: Int) {
    let squares = ThreadTeam.map(count: count, threads: threads) { $0 * $0 }
    #expect(squares == (0..<count).map { $0 * $0 })
  }

  @Test("At least one core is there")
  func cores() {
    #expect(ThreadTeam.availableCores >= 1)
  }
}
