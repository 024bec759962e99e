/// Sequences of tokens, laid end to end without padding.
public struct PackedBatch: Sendable, Hashable {
  /// All tokens of all sequences.
  public let tokens: [Int32]
  /// Sequence i is `tokens[offsets[i] ..< offsets[i + 1]]`.
  public let offsets: [Int]

  /// Lays sequences end to end.
  ///
  /// - Precondition: None is empty.
  public init(_ sequences: some Collection<[Int32]>) {
    var tokens: [Int32] = []
    tokens.reserveCapacity(sequences.reduce(0) { $0 + $1.count })
    var offsets = [0]
    for sequence in sequences {
      precondition(!sequence.isEmpty, "a sequence has at least one token")
      tokens += sequence
      offsets.append(tokens.count)
    }
    self.tokens = tokens
    self.offsets = offsets
  }

  /// The number of sequences.
  public var count: Int { offsets.count - 1 }

  /// A sequence's tokens, as rows of what is computed of all.
  public func rows(of sequence: Int) -> Range<Int> { offsets[sequence]..<offsets[sequence + 1] }

  /// The place of each sequence's first token.
  public var starts: [Int32] { offsets.dropLast().map { Int32($0) } }

  /// Some of the sequences, as a batch.
  subscript(sequences: Range<Int>) -> PackedBatch {
    let (start, end) = (offsets[sequences.lowerBound], offsets[sequences.upperBound])
    return PackedBatch(
      tokens: Array(tokens[start..<end]),
      offsets: offsets[sequences.lowerBound...sequences.upperBound].map { $0 - start })
  }

  private init(tokens: [Int32], offsets: [Int]) {
    self.tokens = tokens
    self.offsets = offsets
  }

  /// Neighbouring sequences, in parts of at most so many tokens, but for a single longer sequence.
  func parts(ofTokens limit: Int) -> [Range<Int>] {
    var parts: [Range<Int>] = []
    var start = 0
    for sequence in 0..<count where offsets[sequence + 1] - offsets[start] > limit {
      if sequence > start { parts.append(start..<sequence) }
      start = sequence
    }
    if start < count { parts.append(start..<count) }
    return parts
  }
}
