/// BPE: neighbouring pieces merged in the order in which the merges were learnt.
///
/// Source: Sennrich et al. 2016; models/bpe of huggingface/tokenizers 0.23.
struct BytePairModel: TokenModel {
  /// How words are taken apart.
  struct Settings: Sendable {
    var unknown: TokenID?
    /// Whether adjacent unknown scalars are one token.
    var fusesUnknown = false
    /// Whether an unknown scalar is spelt in pieces such as `<0x0A>`.
    var fallsBackToBytes = false
    /// Whether a word that is a piece is that piece, whatever the merges say.
    var takesWholeWords = false
    /// What a piece begins with if it continues a word; empty for nothing.
    var continuation: [UInt8] = []
    /// What a piece ends with if it ends a word; empty for nothing.
    var ending: [UInt8] = []
  }

  /// What two neighbours become, and how early.
  struct Merge: Sendable {
    let rank: UInt32
    let token: TokenID
  }

  let pieces: PieceTable
  private let settings: Settings
  private let merges: [UInt64: Merge]
  private let byteTokens: [TokenID?]?

  /// - Parameter merges: By `pair`.
  init(_ pieces: PieceTable, merges: [UInt64: Merge], settings: Settings) {
    self.pieces = pieces
    self.merges = merges
    self.settings = settings
    byteTokens = settings.fallsBackToBytes ? pieces.byteTokens : nil
  }

  /// Two neighbours as a key.
  static func pair(_ left: TokenID, _ right: TokenID) -> UInt64 {
    UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
  }

  var name: String { "BPE" }
  var unknownToken: TokenID? { settings.unknown }
  var isSlow: Bool { true }

  func encode(
    _ word: UnsafeBufferPointer<UInt8>, without controls: Set<TokenID>,
    into tokens: inout [TokenID]
  ) {
    if settings.takesWholeWords, let token = pieces.token(for: word), !controls.contains(token) {
      tokens.append(token)
      return
    }
    var symbols = symbols(of: word, without: controls)
    merge(&symbols, without: controls)
    for symbol in symbols where symbol.token >= 0 { tokens.append(symbol.token) }
  }

  /// A piece in the making, in a chain; one that was merged into its neighbour has no token.
  private struct Symbol {
    var token: TokenID
    var before: Int32
    var after: Int32
  }

  private static let none: TokenID = -1

  /// The scalars of a word.
  private func symbols(
    of word: UnsafeBufferPointer<UInt8>, without controls: Set<TokenID>
  ) -> [Symbol] {
    var symbols: [Symbol] = []
    symbols.reserveCapacity(word.count)
    func append(_ token: TokenID) {
      let count = Int32(truncatingIfNeeded: symbols.count)
      symbols.append(Symbol(token: token, before: count - 1, after: count + 1))
    }
    var pendingUnknown = false
    var position = 0
    while position < word.count {
      let start = position
      _ = word.scalar(at: &position)
      // The range lies inside the word.
      let scalar = UnsafeBufferPointer(rebasing: word[start..<position])
      let token = token(
        ofScalar: scalar, isFirst: start == 0, isLast: position == word.count)
      if let token, !controls.contains(token) {
        if pendingUnknown, let unknown = settings.unknown { append(unknown) }
        pendingUnknown = false
        append(token)
        continue
      }
      if let bytes = bytes(of: scalar, isFirst: start == 0, isLast: position == word.count) {
        // As in the source, an unknown token that waits goes on waiting.
        for byte in bytes { append(byte) }
        continue
      }
      guard let unknown = settings.unknown else { continue }
      if pendingUnknown, !settings.fusesUnknown { append(unknown) }
      pendingUnknown = true
    }
    if pendingUnknown, let unknown = settings.unknown { append(unknown) }
    if !symbols.isEmpty { symbols[symbols.count - 1].after = -1 }
    return symbols
  }

  private func token(
    ofScalar scalar: UnsafeBufferPointer<UInt8>, isFirst: Bool, isLast: Bool
  ) -> TokenID? {
    let plain =
      (isFirst || settings.continuation.isEmpty) && (!isLast || settings.ending.isEmpty)
    if plain { return pieces.token(for: scalar) }
    return spelled(scalar, isFirst: isFirst, isLast: isLast)
      .withUnsafeBufferPointer { pieces.token(for: $0) }
  }

  private func spelled(
    _ scalar: UnsafeBufferPointer<UInt8>, isFirst: Bool, isLast: Bool
  ) -> [UInt8] {
    (isFirst ? [] : settings.continuation) + scalar + (isLast ? settings.ending : [])
  }

  private func bytes(
    of scalar: UnsafeBufferPointer<UInt8>, isFirst: Bool, isLast: Bool
  ) -> [TokenID]? {
    guard let byteTokens else { return nil }
    let spelled = spelled(scalar, isFirst: isFirst, isLast: isLast)
    let tokens = spelled.compactMap { byteTokens[Int($0)] }
    return tokens.count == spelled.count ? tokens : nil
  }

  /// A merge that may be due: the earliest first, then the leftmost.
  private struct Candidate: Comparable {
    /// Rank, then position.
    let key: UInt64
    let token: TokenID

    static func < (left: Candidate, right: Candidate) -> Bool { left.key < right.key }
    static func == (left: Candidate, right: Candidate) -> Bool { left.key == right.key }
  }

  private func merge(_ symbols: inout [Symbol], without controls: Set<TokenID>) {
    guard symbols.count > 1 else { return }
    var queue = SmallestFirst<Candidate>()
    func consider(_ position: Int32) {
      let after = symbols[Int(position)].after
      guard after >= 0 else { return }
      let pair = Self.pair(symbols[Int(position)].token, symbols[Int(after)].token)
      guard let merge = merges[pair], !controls.contains(merge.token) else { return }
      queue.insert(
        Candidate(
          key: UInt64(merge.rank) << 32 | UInt64(UInt32(bitPattern: position)), token: merge.token))
    }
    for position in 0..<Int32(symbols.count - 1) { consider(position) }
    while let candidate = queue.removeSmallest() {
      let position = Int32(truncatingIfNeeded: candidate.key & 0xFFFF_FFFF)
      let left = symbols[Int(position)]
      guard left.token >= 0, left.after >= 0 else { continue }
      let right = symbols[Int(left.after)]
      // Its neighbours may have changed since.
      guard merges[Self.pair(left.token, right.token)]?.token == candidate.token else { continue }
      symbols[Int(left.after)].token = Self.none
      symbols[Int(position)].token = candidate.token
      symbols[Int(position)].after = right.after
      if right.after >= 0 { symbols[Int(right.after)].before = position }
      if left.before >= 0 { consider(left.before) }
      consider(position)
    }
  }
}
