import JSON
import RankingFormats
import Tokenization

/// Collects the tokens that occur in files of texts.
struct TextTokens {
  private let tokenizer: any Tokenizer

  private static let chunkSize = 1 << 16
  private static let longestLine = 64 << 20

  init(_ tokenizer: any Tokenizer) { self.tokenizer = tokenizer }

  /// The tokens of all texts in some files.
  ///
  /// A line is a text, several with tabs between them, or a JSON object, whose strings are texts.
  func tokens(of paths: [String]) throws -> Set<TokenID> {
    var tokens = Set<TokenID>()
    for path in paths {
      var reader = try LineReader(
        path: path, chunkSize: Self.chunkSize, longest: Self.longestLine)
      while let line = try reader.next() { add(line.bytes, to: &tokens) }
    }
    return tokens
  }

  private func add(_ line: ArraySlice<UInt8>, to tokens: inout Set<TokenID>) {
    if line.first == UInt8(ascii: "{"), let value = try? JSONValue(parsing: line) {
      return add(value, to: &tokens)
    }
    for text in line.split(separator: UInt8(ascii: "\t")) {
      tokens.formUnion(tokenizer.encode(String(decoding: text, as: UTF8.self)))
    }
  }

  /// The parser has bounded how deep values are nested.
  private func add(_ value: JSONValue, to tokens: inout Set<TokenID>) {
    if let text = value.string {
      tokens.formUnion(tokenizer.encode(text))
    } else if let members = value.object {
      for (_, member) in members { add(member, to: &tokens) }
    } else {
      for element in value.array ?? [] { add(element, to: &tokens) }
    }
  }
}
