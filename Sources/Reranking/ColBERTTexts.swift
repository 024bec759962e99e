import Tokenization

/// Queries and documents as a ColBERT reads them.
///
/// `[CLS] marker text [SEP]`, the text cut from the right; behind a query `[MASK]`s, whose states say what
/// else the query may mean.
struct ColBERTTexts: Sendable {
  struct Query: Sendable {
    let tokens: [TokenID]
    /// How many of them, from the first, are seen by the others.
    let seenCount: Int
    let isShortened: Bool
  }

  struct Document: Sendable {
    let tokens: [TokenID]
    /// The places of the tokens whose vectors count.
    let kept: [Int32]
    let isShortened: Bool
  }

  /// The most tokens of a document.
  let maximumTokens: Int
  let specialTokens: SpecialTokenPolicy
  private let tokenizer: any Tokenizer
  private let settings: ColBERTSettings
  private let queryOpening, documentOpening: [TokenID]
  private let separator: TokenID
  /// nil: queries are not filled up.
  private let filler: TokenID?
  private let skipped: Set<TokenID>

  /// - Throws: `RerankingError.unusableModel` for a vocabulary without the control tokens, or a skip list
  ///   with one that stands around a document's text: a document has at least these vectors.
  init(
    _ settings: ColBERTSettings, tokenizer: any Tokenizer, maximumTokens: Int,
    specialTokens: SpecialTokenPolicy, path: String
  ) throws(RerankingError) {
    func token(_ piece: String) throws(RerankingError) -> TokenID {
      guard let token = tokenizer.token(for: piece) else {
        throw .unusableModel(
          path: path, reason: "expected the piece \"\(piece)\" in the vocabulary, found none")
      }
      return token
    }
    func opening(_ marker: String?) throws(RerankingError) -> [TokenID] {
      let start = try token("[CLS]")
      return try marker.map { marker throws(RerankingError) in [start, try token(marker)] } ?? [
        start
      ]
    }
    self.settings = settings
    self.tokenizer = tokenizer
    self.maximumTokens = maximumTokens
    self.specialTokens = specialTokens
    queryOpening = try opening(settings.queryMarker)
    documentOpening = try opening(settings.documentMarker)
    separator = try token("[SEP]")
    filler = settings.expandsQueries ? try token("[MASK]") : nil
    let unknown = tokenizer.token(for: "[UNK]")
    var skipped: Set<TokenID> = []
    for piece in settings.skippedPieces {
      // As both references have it: a sign that the vocabulary lacks skips what is unknown.
      guard let token = tokenizer.token(for: piece) ?? unknown else { continue }
      guard token != separator, !documentOpening.contains(token) else {
        throw .unusableModel(
          path: path,
          reason: "expected words to skip that are no control tokens of a document, "
            + "found \"\(piece)\"")
      }
      skipped.insert(token)
    }
    self.skipped = skipped
  }

  func query(_ text: String) -> Query {
    let room = settings.queryTokens - queryOpening.count - 1
    let encoded = EncodedText(
      TextOpening(tokenizer: tokenizer, limit: room).tokens(of: text, specialTokens: specialTokens),
      limit: room)
    var tokens = queryOpening + encoded.tokens + [separator]
    let count = tokens.count
    if let filler {
      tokens += [TokenID](repeating: filler, count: settings.queryTokens - count)
    }
    return Query(
      tokens: tokens, seenCount: settings.seesExpansion ? tokens.count : count,
      isShortened: encoded.hasMore)
  }

  func document(_ text: String) -> Document {
    let encoded = EncodedText(
      TextOpening(tokenizer: tokenizer, limit: documentRoom)
        .tokens(of: text, specialTokens: specialTokens),
      limit: documentRoom)
    let tokens = documentOpening + encoded.tokens + [separator]
    let kept = tokens.indices.filter { !skipped.contains(tokens[$0]) }.map { Int32($0) }
    return Document(tokens: tokens, kept: kept, isShortened: encoded.hasMore)
  }

  /// How many tokens of a text a document has room for.
  var documentRoom: Int { maximumTokens - documentOpening.count - 1 }
}
