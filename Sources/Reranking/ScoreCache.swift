package import Digests

/// Remembers what a model said about texts, so that it need not be asked again.
///
/// Whoever ranks through a cache gets the same scores as without one, to the last bit. A cache may
/// forget whatever it likes; what it gives it has stored under that very key, unchanged. It never
/// fails: where it cannot look, it has nothing, and what it cannot store is forgotten.
public protocol ScoreCache: Sendable {
  /// The values stored under some keys, aligned with them; nil where there is none.
  func values(for keys: [ScoreKey]) -> [[UInt8]?]

  /// Stores values, each of at most some hundred bytes, in place of earlier ones.
  func store(_ entries: [(key: ScoreKey, value: [UInt8])])
}

extension ScoreCache {
  /// The values under some keys, one for each.
  func alignedValues(for keys: [ScoreKey]) -> [[UInt8]?] {
    let values = values(for: keys)
    precondition(values.count == keys.count, "a score cache has an answer for each key")
    return values
  }
}

/// What a stored value belongs to: a SHA-256 digest of everything that it depends on.
public struct ScoreKey: Sendable, Hashable {
  /// How many bytes a key has.
  public static let byteCount = Digest.byteCount

  package let digest: Digest

  package init(_ digest: Digest) {
    self.digest = digest
  }

  /// The key with these bytes; nil unless there are `byteCount`.
  public init?(bytes: some Collection<UInt8>) {
    guard let digest = Digest(bytes: bytes) else { return nil }
    self.digest = digest
  }

  /// The key as bytes.
  public var bytes: [UInt8] { digest.bytes }
}
