import Tokenization

/// A tokenizer whose tokens can be read off a text.
///
/// They are `▁` for the start of a word, then one token a scalar. Like SentencePiece's, its pieces never cross white space.
struct LetterTokenizer: Tokenizer {
  static let wordStart: TokenID = 3
  var pieces: [String: TokenID] = [
    "</s>": 1, "▁true": 10, "▁false": 11, "▁Document": 12, "1": 13, "2": 14, "<extra_id_10>": 15,
  ]

  var vocabularySize: Int { 0x11_0000 + 100 }

  func encode(_ text: String, specialTokens: SpecialTokenPolicy) -> [TokenID] {
    if specialTokens == .recognized, text == "</s>" { return [1] }
    return text.unicodeScalars.split { $0 == " " || $0 == "\t" || $0 == "\n" }.flatMap {
      [Self.wordStart] + $0.map { TokenID($0.value) + 100 }
    }
  }

  func decode(_ tokens: [TokenID]) -> String {
    var scalars = String.UnicodeScalarView()
    for token in tokens where token != 1 {
      scalars.append(token == Self.wordStart ? " " : Unicode.Scalar(UInt32(token) - 100) ?? "?")
    }
    return String(scalars.drop { $0 == " " })
  }

  func token(for piece: String) -> TokenID? { pieces[piece] }

  func piece(for token: TokenID) -> String? { pieces.first { $0.value == token }?.key }
}
