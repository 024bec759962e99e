/// BERT's tokenizer: words and signs, then the longest pieces of a vocabulary.
///
/// Gives the tokens of Hugging Face's `BertTokenizerFast`.
///
/// Source: Devlin et al. 2018; `BertNormalizer`, `BertPreTokenizer` and `WordPiece` of
/// huggingface/tokenizers 0.23.
public struct WordPieceTokenizer: Tokenizer {
  /// How words are made of a text.
  public let settings: Settings
  /// The token of a word that no pieces make up, `[UNK]`.
  public let unknownToken: TokenID

  private let vocabulary: WordPieceVocabulary
  private let words: BasicTokenizer
  private let controls: Set<TokenID>
  private let matcher: SpecialTokenMatcher

  /// Loads a vocabulary, one piece a line.
  ///
  /// - Parameters:
  ///   - path: A `vocab.txt`.
  ///   - settings: By default those of an uncased model.
  /// - Throws: `TokenizerError`.
  public init(path: String, settings: Settings = Settings()) throws {
    let bytes = try TokenizerFile.bytes(
      of: path, expected: "a WordPiece vocabulary", limit: WordPieceVocabulary.maximumByteCount)
    try self.init(bytes: bytes, path: path, settings: settings)
  }

  /// Loads a model's `vocab.txt` with the settings in `tokenizer_config.json` beside it.
  ///
  /// - Throws: `TokenizerError`.
  public init(directory: String) throws {
    try self.init(
      path: "\(directory)/vocab.txt", settings: try Settings(directory: directory))
  }

  /// Loads a vocabulary from memory; `path` is only named in errors.
  package init(bytes: [UInt8], path: String, settings: Settings = Settings()) throws {
    let vocabulary = try WordPieceVocabulary(bytes, path: path)
    var tokens: [SpecialToken] = []
    for (name, isRequired) in Self.controlPieces {
      if let id = vocabulary.token(for: name) {
        tokens.append(SpecialToken(name, id: id))
      } else if isRequired {
        throw TokenizerError.malformed(
          path: path, reason: "expected the piece \(name), found none among \(vocabulary.count)")
      }
    }
    guard let unknown = tokens.first(where: { $0.text == Self.unknownPiece }) else {
      preconditionFailure("\(Self.unknownPiece) is one of the required pieces")
    }
    self.settings = settings
    self.vocabulary = vocabulary
    words = BasicTokenizer(settings)
    unknownToken = unknown.id
    controls = Set(tokens.map(\.id))
    matcher = SpecialTokenMatcher(tokens)
  }

  private static let unknownPiece = "[UNK]"
  /// The pieces that stand for no text, and whether a vocabulary must have them.
  private static let controlPieces = [
    (unknownPiece, true), ("[CLS]", true), ("[SEP]", true), ("[PAD]", false), ("[MASK]", false),
  ]

  /// The number of pieces.
  public var vocabularySize: Int { vocabulary.count }

  /// The tokens of a text, without `[CLS]` and `[SEP]` around it.
  ///
  /// In a `.literal` text `[SEP]` is `[`, `sep` and `]`.
  public func encode(_ text: String, specialTokens: SpecialTokenPolicy) -> [TokenID] {
    var text = text
    return text.withUTF8 { text in
      var tokens: [TokenID] = []
      // English has a token for every four or five bytes.
      tokens.reserveCapacity(text.count / 4 + 4)
      switch specialTokens {
      case .literal: encode(text, into: &tokens)
      case .recognized:
        for segment in matcher.segments(of: text) {
          switch segment {
          case .special(let id): tokens.append(id)
          // A segment lies inside the text.
          case .text(let range): encode(UnsafeBufferPointer(rebasing: text[range]), into: &tokens)
          }
        }
      }
      return tokens
    }
  }

  private func encode(_ text: UnsafeBufferPointer<UInt8>, into tokens: inout [TokenID]) {
    words.split(text) { word in
      let count = tokens.count
      let isKnown =
        word.scalarCount <= Self.maximumWordLength
        && vocabulary.split(word.bytes, into: &tokens)
      if !isKnown {
        tokens.removeSubrange(count...)
        tokens.append(unknownToken)
      }
    }
  }

  /// Scalars in the longest word that is split: BERT's max_input_chars_per_word.
  static let maximumWordLength = 100

  /// The pieces joined to words, with one space between words; control tokens are left out, but
  /// for `[UNK]`, which stands for text.
  ///
  /// The text's own white space is lost.
  public func decode(_ tokens: [TokenID]) -> String {
    var text = ""
    for token in tokens where token == unknownToken || !controls.contains(token) {
      guard let piece = vocabulary.piece(token) else { continue }
      if piece.continuesWord, !text.isEmpty {
        text += piece.text
      } else {
        text += text.isEmpty ? piece.text : " \(piece.text)"
      }
    }
    return text
  }

  /// The token of a line of the vocabulary (`[SEP]`, `##s`); nil if there is none.
  public func token(for piece: String) -> TokenID? { vocabulary.token(for: piece) }

  /// The line of the vocabulary that a token stands for; nil if out of range.
  public func piece(for token: TokenID) -> String? {
    vocabulary.piece(token).map {
      $0.continuesWord ? WordPieceVocabulary.continuation + $0.text : $0.text
    }
  }

  /// Whether a token stands for no text of its own.
  func isControl(_ token: TokenID) -> Bool { controls.contains(token) }
}
