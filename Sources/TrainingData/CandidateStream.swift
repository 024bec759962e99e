/// The passages that one kind proposes for one query, in the order in which they are tried.
struct CandidateStream: Sendable {
  private enum Order {
    case listed(next: Int)
    case drawn(DistinctNumbers)
  }

  /// nil: all passages of the pool.
  private let passages: [Int]?
  private var order: Order
  private var left: Int

  /// As they are listed.
  init(listed passages: [Int]) {
    self.passages = passages
    order = .listed(next: 0)
    left = passages.count
  }

  /// In random order: of some passages, or of the whole pool.
  ///
  /// - Parameter limit: How many are tried at most.
  init(drawing numbers: DistinctNumbers, from passages: [Int]? = nil, limit: Int = .max) {
    self.passages = passages
    order = .drawn(numbers)
    left = limit
  }

  mutating func next() -> Int? {
    guard left > 0 else { return nil }
    left -= 1
    switch order {
    case .listed(let place):
      order = .listed(next: place + 1)
      return passages?[place]
    case .drawn(var numbers):
      let number = numbers.next()
      order = .drawn(numbers)
      return number.map { passages?[$0] ?? $0 }
    }
  }
}
