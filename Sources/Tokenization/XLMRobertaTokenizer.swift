/// XLM-RoBERTa's tokenizer: a SentencePiece model whose pieces have other numbers than in its file.
///
/// fairseq's four control tokens come first: `<s>` 0, `<pad>` 1, `</s>` 2, `<unk>` 3. The file's pieces
/// follow from its fourth on, each one above its own number, and `<mask>` ends the vocabulary.
///
/// Source: transformers' `XLMRobertaConverter`.
public struct XLMRobertaTokenizer: Tokenizer {
  private let pieces: SentencePieceTokenizer
  private let matcher: SpecialTokenMatcher
  private let controls: [SpecialToken]

  /// The file's first pieces are control tokens, which have numbers of their own here.
  private static let controlPieces = 3
  private static let offset: TokenID = 1
  private static let unknownToken: TokenID = 3

  /// Loads a model file.
  ///
  /// - Parameter path: A `sentencepiece.bpe.model`.
  /// - Throws: `TokenizerError`, also for a file that does not begin with three control pieces.
  public init(path: String) throws {
    let pieces = try SentencePieceTokenizer(path: path, extraIDs: 0)
    let first = (0..<TokenID(Self.controlPieces)).map { pieces.piece(for: $0) ?? "nothing" }
    guard Set(first).isSubset(of: ["<s>", "<pad>", "</s>", "<unk>"]), first.contains("<unk>")
    else {
      throw TokenizerError.malformed(
        path: path,
        reason: "expected <unk> and two of <s>, <pad> and </s> as the first three pieces, "
          + "found \(first.joined(separator: ", "))")
    }
    self.pieces = pieces
    controls = [
      SpecialToken("<s>", id: 0), SpecialToken("<pad>", id: 1), SpecialToken("</s>", id: 2),
      SpecialToken("<unk>", id: Self.unknownToken),
      SpecialToken("<mask>", id: TokenID(pieces.pieceCount) + Self.offset, stripsLeft: true),
    ]
    matcher = SpecialTokenMatcher(controls)
  }

  /// The file's pieces, one more at their start and `<mask>` at their end.
  public var vocabularySize: Int { pieces.pieceCount + Int(Self.offset) + 1 }

  /// The tokens of a text, without `<s>` and `</s>` around it.
  public func encode(_ text: String, specialTokens: SpecialTokenPolicy) -> [TokenID] {
    guard specialTokens == .recognized else { return encode(text) }
    var text = text
    return text.withUTF8 { bytes in
      matcher.segments(of: bytes).flatMap { segment -> [TokenID] in
        switch segment {
        case .special(let id): [id]
        // A segment lies inside the text.
        case .text(let range): encode(String(decoding: bytes[range], as: UTF8.self))
        }
      }
    }
  }

  private func encode(_ text: String) -> [TokenID] {
    pieces.encode(text, specialTokens: .literal).map {
      $0 == pieces.unknownToken ? Self.unknownToken : $0 + Self.offset
    }
  }

  /// The text of some tokens; control tokens and what is out of range are left out.
  public func decode(_ tokens: [TokenID]) -> String {
    pieces.decode(
      tokens.compactMap { token in
        token == Self.unknownToken ? pieces.unknownToken : filed(token)
      })
  }

  /// The token of a piece or of a control token; nil if there is none.
  public func token(for piece: String) -> TokenID? {
    if let control = controls.first(where: { $0.text == piece }) { return control.id }
    guard let filed = pieces.token(for: piece), filed >= Self.controlPieces else { return nil }
    return filed + Self.offset
  }

  /// The piece of a token; nil if out of range.
  public func piece(for token: TokenID) -> String? {
    controls.first { $0.id == token }?.text ?? filed(token).flatMap(pieces.piece)
  }

  /// The number that the file gives to a token; nil for a control token, or out of range.
  private func filed(_ token: TokenID) -> TokenID? {
    let numbers = Self.unknownToken + 1..<TokenID(pieces.pieceCount) + Self.offset
    return numbers.contains(token) ? token - Self.offset : nil
  }
}
