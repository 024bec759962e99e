/// A tokenizer put together from the parts that a `tokenizer.json` names.
///
/// Gives the tokens of Hugging Face's `tokenizers` with that file: of its `encode` where special
/// tokens are `.recognized`; where they are `.literal`, of its `encode` with
/// `encode_special_tokens` set, and besides no model's piece spells a special token.
public struct PipelineTokenizer: Tokenizer {
  /// The special tokens that the model expects around and between texts; `encode` adds none of them.
  public let template: SpecialTokenTemplate
  /// The token of text that the vocabulary has no pieces for; nil if there is none.
  public var unknownToken: TokenID? { parts.model.unknownToken }
  /// What the kind of model is called: WordPiece, BPE or Unigram.
  public var modelName: String { parts.model.name }
  /// The number that all tokens are below; not each number below it need be a token.
  public let vocabularySize: Int

  /// What the file describes, without the special tokens around texts.
  struct Parts: Sendable {
    var normalizer: TextNormalizer?
    var preTokenizer: PreTokenizer?
    var model: any TokenModel
    var addedTokens: [AddedToken]
    var decoder: PieceDecoder?
  }

  private var parts: Parts
  private let addedPieces: [TokenID: String]
  private let addedIDs: [[UInt8]: TokenID]
  /// Tokens that stand for no text.
  private let controls: Set<TokenID>
  /// Finds added tokens in a text as it is written.
  private let rawMatcher: SpecialTokenMatcher
  /// Finds added tokens in a normalised text; nil if there are none such.
  private let normalMatcher: SpecialTokenMatcher?
  /// By policy, as the same word has other tokens under another.
  private let caches: [SpecialTokenPolicy: WordCaches]

  init(_ parts: Parts, template: SpecialTokenTemplate) {
    self.parts = parts
    self.template = template
    let added = parts.addedTokens
    let pieces = parts.model.pieces
    vocabularySize = max(pieces.count, added.reduce(0) { max($0, Int($1.token.id) + 1) })
    addedPieces = Dictionary(added.map { ($0.token.id, $0.token.text) }) { $1 }
    addedIDs = Dictionary(added.map { (Array($0.token.text.utf8), $0.token.id) }) { $1 }
    var controls = Set(added.filter(\.token.isControl).map(\.token.id))
    if let unknown = parts.model.unknownToken, parts.model is UnigramModel {
      controls.insert(unknown)
    }
    self.controls = controls
    rawMatcher = SpecialTokenMatcher(added.filter { !$0.isNormalized }.map(\.token))
    let normal = SpecialTokenMatcher(
      added.filter(\.isNormalized).map {
        var content = NormalizedText(bytes: Array($0.token.text.utf8), startsText: true)
        parts.normalizer?.apply(to: &content)
        return $0.token.spelled(String(decoding: content.bytes, as: UTF8.self))
      })
    normalMatcher = normal.isEmpty ? nil : normal
    caches =
      parts.model.isSlow
      ? Dictionary(uniqueKeysWithValues: SpecialTokenPolicy.allCases.map { ($0, WordCaches()) })
      : [:]
  }

  /// The same tokenizer for texts that lose their case before all else.
  package func lowercasing() -> PipelineTokenizer {
    var parts = parts
    parts.normalizer = .sequence([.lowercase] + (parts.normalizer.map { [$0] } ?? []))
    return PipelineTokenizer(parts, template: template)
  }

  /// The same tokenizer, in which some added tokens stand for no text: a literal text does not hold them.
  package func withControls(_ texts: Set<String>) -> PipelineTokenizer {
    var parts = parts
    parts.addedTokens = parts.addedTokens.map { added in
      guard texts.contains(added.token.text) else { return added }
      var token = added.token
      token.isControl = true
      return AddedToken(token: token, isNormalized: added.isNormalized)
    }
    return PipelineTokenizer(parts, template: template)
  }

  /// The tokens of a text, without the special tokens of `template`.
  public func encode(_ text: String, specialTokens: SpecialTokenPolicy) -> [TokenID] {
    var text = text
    var tokens: [TokenID] = []
    text.withUTF8 { text in
      // English has a token for every four or five bytes.
      tokens.reserveCapacity(text.count / 4 + 4)
      guard let caches = caches[specialTokens] else {
        encode(text, specialTokens) {
          encodeWord($0, specialTokens, into: &tokens)
        } special: {
          tokens.append($0)
        }
        return
      }
      caches.withCache { cache in
        encode(text, specialTokens) { word in
          cache.append(word, to: &tokens) { encodeWord(word, specialTokens, into: &$0) }
        } special: {
          tokens.append($0)
        }
      }
    }
    return tokens
  }

  private func encodeWord(
    _ word: UnsafeBufferPointer<UInt8>, _ policy: SpecialTokenPolicy, into tokens: inout [TokenID]
  ) {
    parts.model.encode(word, without: policy == .literal ? controls : [], into: &tokens)
  }

  /// Takes a text apart.
  private func encode(
    _ text: UnsafeBufferPointer<UInt8>, _ policy: SpecialTokenPolicy,
    word: (UnsafeBufferPointer<UInt8>) -> Void, special: (TokenID) -> Void
  ) {
    for segment in rawMatcher.segments(of: text, policy) {
      switch segment {
      case .special(let id): special(id)
      case .text(let range):
        var text = NormalizedText(
          bytes: Array(text[range]), startsText: range.lowerBound == 0)
        parts.normalizer?.apply(to: &text)
        split(text, policy, word: word, special: special)
      }
    }
  }

  private func split(
    _ text: NormalizedText, _ policy: SpecialTokenPolicy,
    word: (UnsafeBufferPointer<UInt8>) -> Void, special: (TokenID) -> Void
  ) {
    guard let normalMatcher else {
      split(text, word: word)
      return
    }
    let segments = text.bytes.withUnsafeBufferPointer { normalMatcher.segments(of: $0, policy) }
    for segment in segments {
      switch segment {
      case .special(let id): special(id)
      case .text(let range):
        split(
          NormalizedText(
            bytes: Array(text.bytes[range]), startsText: text.startsText && range.lowerBound == 0),
          word: word)
      }
    }
  }

  private func split(_ text: NormalizedText, word: (UnsafeBufferPointer<UInt8>) -> Void) {
    var words = PreTokens(text)
    parts.preTokenizer?.apply(to: &words)
    words.bytes.withUnsafeBufferPointer { bytes in
      for piece in words.pieces where !piece.range.isEmpty {
        // A piece lies inside the text.
        word(UnsafeBufferPointer(rebasing: bytes[piece.range]))
      }
    }
  }

  /// The text of some tokens as the file's decoder makes it; special tokens are left out, but for the
  /// unknown one, which stands for text.
  public func decode(_ tokens: [TokenID]) -> String {
    let pieces = tokens.compactMap { token -> [UInt8]? in
      guard token == unknownToken || !controls.contains(token) else { return nil }
      return addedPieces[token].map { Array($0.utf8) }
        ?? parts.model.pieces.piece(token).map(Array.init)
    }
    guard let decoder = parts.decoder else {
      return String(decoding: Array(pieces.joined(separator: [0x20])), as: UTF8.self)
    }
    return String(decoding: Array(decoder.apply(to: pieces).joined()), as: UTF8.self)
  }

  /// The token of a piece or of an added token; nil if there is none.
  public func token(for piece: String) -> TokenID? {
    addedIDs[Array(piece.utf8)] ?? parts.model.pieces.token(for: piece)
  }

  /// The piece of a token, or the text of an added one; nil if there is none.
  public func piece(for token: TokenID) -> String? {
    addedPieces[token]
      ?? parts.model.pieces.piece(token).map { String(decoding: $0, as: UTF8.self) }
  }

  /// Whether a text may be cut before a space that follows an ASCII letter or digit, its tokens up to
  /// there being the same.
  public var splitsAtSpaces: Bool {
    (parts.preTokenizer?.splitsAtSpaces ?? false) && parts.normalizer?.joinsOverSpaces != true
      && !parts.addedTokens.contains { $0.token.text.utf8.dropFirst().contains(0x20) }
  }
}

/// A token that a file adds to its model's, and how it is found in texts.
struct AddedToken: Sendable {
  let token: SpecialToken
  /// Whether it is looked for in the normalised text.
  let isNormalized: Bool
}
