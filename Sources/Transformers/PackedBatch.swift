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

  /// The place of each sequence's first token.
  public var starts: [Int32] { offsets.dropLast().map { Int32($0) } }
}
