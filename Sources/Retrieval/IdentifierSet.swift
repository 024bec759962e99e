/// Identifiers of the documents in a store, to find one that comes again.
///
/// Hashes are kept in memory; identifiers are read from the store only where two hashes are equal.
struct IdentifierSet {
  /// Where the document whose identifier has a hash begins in the store.
  private var places: [UInt64: Int] = [:]
  /// Further documents with a hash: with 64 bits hardly any.
  private var others: [UInt64: [Int]] = [:]

  /// Adds the identifier of the document that is to be written at the end of `store`.
  ///
  /// - Returns: false, and no change, if one is there already that is equal byte by byte.
  mutating func insert(
    _ identifier: String, storedIn store: IndexFileWriter
  ) throws(RetrievalError) -> Bool {
    let bytes = Array(identifier.utf8)
    let hash = bytes.withUnsafeBytes { ContentHash.digest(of: $0) }
    guard let first = places[hash] else {
      places[hash] = store.count
      return true
    }
    let stored = withUnsafeBytes(of: UInt32(clamping: bytes.count).littleEndian, Array.init) + bytes
    for place in [first] + others[hash, default: []] {
      if try store.read(at: place, count: stored.count) == stored { return false }
    }
    others[hash, default: []].append(store.count)
    return true
  }
}
