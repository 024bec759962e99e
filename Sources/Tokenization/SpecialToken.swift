/// A token that stands for no text of its own, such as `</s>` or `[SEP]`.
public struct SpecialToken: Sendable, Hashable {
  /// How a text spells the token.
  public let text: String
  /// The token.
  public let id: TokenID
  /// Whether white space before the token belongs to it where a text spells it.
  public let stripsLeft: Bool
  /// Whether white space after the token belongs to it where a text spells it.
  public let stripsRight: Bool

  /// Whether the token stands for no text; if not, a literal text may hold it, too.
  var isControl = true
  /// Whether the token is found only where no letter, digit or underscore touches it.
  var isWholeWord = false

  /// A token and how it is spelled; by default it takes no white space with it.
  public init(_ text: String, id: TokenID, stripsLeft: Bool = false, stripsRight: Bool = false) {
    self.text = text
    self.id = id
    self.stripsLeft = stripsLeft
    self.stripsRight = stripsRight
  }
}

extension SpecialToken {
  /// The same token, spelt otherwise.
  func spelled(_ text: String) -> SpecialToken {
    var token = SpecialToken(text, id: id, stripsLeft: stripsLeft, stripsRight: stripsRight)
    token.isControl = isControl
    token.isWholeWord = isWholeWord
    return token
  }
}

/// A stretch of a text between special tokens, or one special token.
enum TextSegment {
  /// UTF-8, at these positions.
  case text(Range<Int>)
  case special(TokenID)
}

/// Finds the special tokens that a text spells, leftmost first, then longest.
///
/// Source: `AddedVocabulary` of huggingface/tokenizers, for tokens matched before normalisation.
struct SpecialTokenMatcher: Sendable {
  private struct Candidate: Sendable {
    let bytes: [UInt8]
    let token: SpecialToken
  }

  /// Candidates by first byte, longest first.
  private var candidates: [[Candidate]] = Array(repeating: [], count: 256)

  init(_ tokens: [SpecialToken]) {
    for token in tokens {
      let bytes = Array(token.text.utf8)
      guard let first = bytes.first else { continue }
      candidates[Int(first)].append(Candidate(bytes: bytes, token: token))
    }
    for first in candidates.indices {
      candidates[first].sort { $0.bytes.count > $1.bytes.count }
    }
  }

  /// Whether there are no tokens to find.
  var isEmpty: Bool { candidates.allSatisfy(\.isEmpty) }

  /// The segments of a text in UTF-8, in order; none is empty.
  ///
  /// A token that the policy or its surroundings rule out is passed over as a whole.
  func segments(
    of text: UnsafeBufferPointer<UInt8>, _ policy: SpecialTokenPolicy = .recognized
  ) -> [TextSegment] {
    var segments: [TextSegment] = []
    var pending = 0
    var position = 0
    while position < text.count {
      guard let found = match(text, at: position) else {
        position += 1
        continue
      }
      var start = position
      var end = position + found.bytes.count
      let isRuledOut =
        policy == .literal && found.token.isControl
        || found.token.isWholeWord && !Self.isWholeWord(text, start..<end)
      if isRuledOut {
        position = end
        continue
      }
      if found.token.stripsLeft { start = Self.trimmingEnd(text, from: pending, to: start) }
      if found.token.stripsRight { end = Self.skippingWhitespace(text, from: end) }
      if start > pending { segments.append(.text(pending..<start)) }
      segments.append(.special(found.token.id))
      pending = end
      position = end
    }
    if pending < text.count { segments.append(.text(pending..<text.count)) }
    return segments
  }

  private func match(_ text: UnsafeBufferPointer<UInt8>, at start: Int) -> Candidate? {
    candidates[Int(text[start])].first { candidate in
      candidate.bytes.count <= text.count - start
        && candidate.bytes.indices.allSatisfy { candidate.bytes[$0] == text[start + $0] }
    }
  }

  /// Whether no letter, digit or underscore touches a range.
  private static func isWholeWord(
    _ text: UnsafeBufferPointer<UInt8>, _ range: Range<Int>
  ) -> Bool {
    if range.lowerBound > 0 {
      var before = range.lowerBound - 1
      while before > 0, text[before] & 0xC0 == 0x80 { before -= 1 }
      if text.scalar(at: &before).isWordScalar { return false }
    }
    var after = range.upperBound
    return after == text.count || !text.scalar(at: &after).isWordScalar
  }

  private static func trimmingEnd(
    _ text: UnsafeBufferPointer<UInt8>, from start: Int, to end: Int
  ) -> Int {
    let head = String(decoding: text[start..<end], as: UTF8.self).unicodeScalars
    return end
      - head.reversed().prefix { $0.properties.isWhitespace }
      .reduce(0) { $0 + UTF8.width($1) }
  }

  private static func skippingWhitespace(
    _ text: UnsafeBufferPointer<UInt8>, from start: Int
  ) -> Int {
    var end = start
    var decoder = UTF8()
    var rest = text[start...].makeIterator()
    while case .scalarValue(let scalar) = decoder.decode(&rest), scalar.properties.isWhitespace {
      end += UTF8.width(scalar)
    }
    return end
  }
}
