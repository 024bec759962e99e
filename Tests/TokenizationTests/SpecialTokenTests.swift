import Testing
import Tokenization

/// Special tokens of the small model's own, recognised in raw text.
@Suite("Special tokens in a text")
struct SpecialTokenTests {
  private func encode(_ text: String, _ tokens: [SpecialToken]) throws -> [TokenID] {
    try SentencePieceTokenizer(
      bytes: SmallModel().bytes, path: "m", extraIDs: 3, specialTokens: tokens
    ).encode(text, specialTokens: .recognized)
  }

  // `▁a` is 6, `b` 5, `▁` 3, and the extra ids are 9, 10, 11.

  @Test("The leftmost counts, then the longest")
  func leftmostLongest() throws {
    let tokens = [
      SpecialToken("<x", id: 9), SpecialToken("<x>", id: 10), SpecialToken("x>>", id: 11),
    ]
    #expect(try encode("<x>>", tokens).first == 10)
    #expect(try encode("<x", tokens) == [9])
    #expect(try encode("x>><x>", tokens) == [11, 10])
    #expect(try encode("a<x>b", tokens) == [6, 10, 3, 5])
  }

  @Test("White space beside a token goes with it where the token says so")
  func whitespace() throws {
    let text = "a \t\u{3000}<x>\n\u{A0} b"
    for stripsLeft in [true, false] {
      // White space at a stretch's end is lost anyway.
      let right = SpecialToken("<x>", id: 9, stripsLeft: stripsLeft, stripsRight: true)
      #expect(try encode(text, [right]) == [6, 9, 3, 5])
      let left = try encode(text, [SpecialToken("<x>", id: 9, stripsLeft: stripsLeft)])
      #expect(left.starts(with: [6, 9]) && left.count > 4)
    }
    let both = SpecialToken("<x>", id: 9, stripsLeft: true, stripsRight: true)
    #expect(try encode(" <x> <x>  ", [both]) == [9, 9])
  }

  @Test("An empty token is never found, and a text of nothing has no tokens")
  func empty() throws {
    #expect(try encode("a", [SpecialToken("", id: 9)]) == [6])
    #expect(try encode("", [SpecialToken("<x>", id: 9)]) == [])
  }

  @Test("A token is found between any scalars, even inside a grapheme")
  func insideGraphemes() throws {
    let token = SpecialToken("<x>", id: 9)
    #expect(try encode("<x>\u{301}", [token]).first == 9)
    #expect(try encode("\0<x>", [token]).last == 9)
  }
}
