import Synchronization

/// A score cache in memory, of a bounded number of values: the least recently used go first.
///
/// A class because its users share what it remembers.
public final class MemoryScoreCache: ScoreCache, Sendable {
  private let entries: Mutex<RecentEntries>

  /// An empty cache.
  ///
  /// - Parameter capacity: The most values that are kept, some 150 bytes each; at least 1.
  public init(capacity: Int) {
    precondition(capacity >= 1, "a cache holds at least one value")
    entries = Mutex(RecentEntries(capacity: capacity))
  }

  /// How many values there are.
  public var count: Int { entries.withLock { $0.count } }

  /// The values stored under some keys; see `ScoreCache`.
  public func values(for keys: [ScoreKey]) -> [[UInt8]?] {
    entries.withLock { entries in keys.map { entries.value(for: $0) } }
  }

  /// Stores values; see `ScoreCache`.
  public func store(_ entries: [(key: ScoreKey, value: [UInt8])]) {
    self.entries.withLock { known in
      for (key, value) in entries { known.store(value, for: key) }
    }
  }
}

/// Values by their keys, linked from the most recently used to the least.
private struct RecentEntries {
  private struct Entry {
    var key: ScoreKey
    var value: [UInt8]
    // Positions in `entries`: the one used after this one, and the one used before.
    var newer: Int?
    var older: Int?
  }

  private let capacity: Int
  private var positions: [ScoreKey: Int] = [:]
  private var entries: [Entry] = []
  private var newest: Int?
  private var oldest: Int?

  init(capacity: Int) {
    self.capacity = capacity
  }

  var count: Int { entries.count }

  mutating func value(for key: ScoreKey) -> [UInt8]? {
    guard let position = positions[key] else { return nil }
    use(position)
    return entries[position].value
  }

  mutating func store(_ value: [UInt8], for key: ScoreKey) {
    if let position = positions[key] {
      entries[position].value = value
      use(position)
      return
    }
    if let oldest, entries.count == capacity {
      positions[entries[oldest].key] = nil
      positions[key] = oldest
      entries[oldest].key = key
      entries[oldest].value = value
      use(oldest)
      return
    }
    positions[key] = entries.count
    entries.append(Entry(key: key, value: value))
    link(entries.count - 1)
  }

  /// Makes an entry the newest.
  private mutating func use(_ position: Int) {
    guard position != newest else { return }
    let entry = entries[position]
    if let newer = entry.newer { entries[newer].older = entry.older }
    if let older = entry.older { entries[older].newer = entry.newer }
    if oldest == position { oldest = entry.newer }
    link(position)
  }

  /// Puts an entry that nothing is linked to before the newest.
  private mutating func link(_ position: Int) {
    entries[position].newer = nil
    entries[position].older = newest
    if let newest { entries[newest].newer = position }
    newest = position
    if oldest == nil { oldest = position }
  }
}
