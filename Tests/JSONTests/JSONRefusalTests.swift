import JSON
import Testing

/// A text that is not JSON, and the place and words of its refusal.
struct Refusal: Sendable, CustomTestStringConvertible {
  let text: [UInt8]
  let offset: Int
  let words: String

  init(_ text: String, at offset: Int, _ words: String) {
    self.init(Array(text.utf8), at: offset, words)
  }

  init(_ text: [UInt8], at offset: Int, _ words: String) {
    self.text = text
    self.offset = offset
    self.words = words
  }

  var testDescription: String { String(decoding: text.prefix(40), as: UTF8.self) }
}

private let structure: [Refusal] = [
  Refusal("", at: 0, "expected a JSON value, found the end"),
  Refusal("  \n", at: 3, "found the end"),
  Refusal("{} {}", at: 3, "expected the end after one JSON value, found '{'"),
  Refusal("1,", at: 1, "expected the end"),
  Refusal("[1,]", at: 3, "expected a JSON value, found ']'"),
  Refusal("[,1]", at: 1, "expected a JSON value, found ','"),
  Refusal("[1 2]", at: 3, "expected ',' or ']'"),
  Refusal("[1", at: 2, "expected ',' or ']' after an array's element, found the end"),
  Refusal("[1}", at: 2, "found '}'"),
  Refusal(#"{"a":1,}"#, at: 7, "expected a member's name in quotes, found '}'"),
  Refusal(#"{"a" 1}"#, at: 5, "expected ':'"),
  Refusal(#"{"a":}"#, at: 5, "expected a JSON value"),
  Refusal(#"{"a":1"#, at: 6, "expected ',' or '}'"),
  Refusal("{a:1}", at: 1, "expected a member's name in quotes, found 'a'"),
  Refusal("{'a':1}", at: 1, "found '''"),
  Refusal("{1:1}", at: 1, "found '1'"),
  Refusal("// note\n1", at: 0, "found '/'"),
  Refusal("tru", at: 3, "expected true, found the end"),
  Refusal("True", at: 0, "found 'T'"),
  Refusal("nul1", at: 3, "expected null, found '1'"),
  Refusal("falsey", at: 5, "expected the end"),
  Refusal("NaN", at: 0, "found 'N'"),
  Refusal("Infinity", at: 0, "found 'I'"),
  Refusal("\u{A0}1", at: 0, "found '\u{A0}'"),
  Refusal("\u{C}1", at: 0, "control character U+000C"),
  Refusal("[1]\0", at: 3, "control character U+0000"),
  Refusal("[1]\u{7F}", at: 3, "control character U+007F"),
  Refusal("[1]\u{9B}31m", at: 3, "control character U+009B"),
  Refusal([0xEF, 0xBB, 0xBF, 0x31], at: 0, "byte order mark"),
  Refusal(#"{"a":1,"b":2,"a":3}"#, at: 13, #"expected each member once, found "a" again"#),
  Refusal(#"{"a":1,"\u0061":3}"#, at: 7, #"found "a" again"#),
  Refusal(#"{"\u009b":1,"\u009b":3}"#, at: 12, "found \"\u{FFFD}\" again"),
]

private let numbers: [Refusal] = [
  Refusal("01", at: 0, "without leading zeros"),
  Refusal("-01", at: 0, "without leading zeros"),
  Refusal("-", at: 1, "expected a digit after a minus sign, found the end"),
  Refusal("+1", at: 0, "found '+'"),
  Refusal(".5", at: 0, "found '.'"),
  Refusal("5.", at: 2, "expected a digit after a decimal point"),
  Refusal("1.e3", at: 2, "found 'e'"),
  Refusal("1e", at: 2, "expected a digit after an exponent's mark"),
  Refusal("1e+", at: 3, "expected a digit after an exponent's mark"),
  Refusal("0x10", at: 1, "expected the end"),
  Refusal("1_000", at: 1, "expected the end"),
  Refusal("-Infinity", at: 1, "expected a digit"),
  Refusal("١", at: 0, "found '١'"),
]

private let strings: [Refusal] = [
  Refusal(#""abc"#, at: 0, "expected a closing quote for this string, found the end"),
  Refusal(#"["ab\""#, at: 1, "closing quote"),
  Refusal("\"a\tb\"", at: 2, "control character U+0009"),
  Refusal("\"a\nb\"", at: 2, "control character U+000A"),
  Refusal("\"123456789\0\"", at: 10, "control character U+0000"),
  Refusal(#""\x41""#, at: 2, "after a backslash, found 'x'"),
  Refusal(#""\u12G4""#, at: 5, "four hexadecimal digits after \\u, found 'G'"),
  Refusal(#""\u123"#, at: 6, "found the end"),
  Refusal(#""\"#, at: 2, "after a backslash, found the end"),
  Refusal(#""\ud83d""#, at: 1, "found half of one (\\uD83D)"),
  Refusal(#""ab\ude00""#, at: 3, "found half of one (\\uDE00)"),
  Refusal(#""\ud83d\ud83d""#, at: 1, "half"),
  Refusal(#""\ud83d\n""#, at: 1, "half"),
  Refusal([0x22, 0x61, 0xFF, 0x22], at: 2, "expected UTF-8, found the invalid byte 0xFF"),
  Refusal([0x22, 0xC0, 0xAF, 0x22], at: 1, "invalid byte 0xC0"),
  Refusal([0x22, 0xE0, 0x80, 0xAF, 0x22], at: 1, "invalid byte 0xE0"),
  Refusal([0x22, 0xED, 0xA0, 0x80, 0x22], at: 1, "invalid byte 0xED"),
  Refusal([0x22, 0xF4, 0x90, 0x80, 0x80, 0x22], at: 1, "invalid byte 0xF4"),
  Refusal([0x22, 0xF0, 0x9F, 0x98, 0x22], at: 1, "invalid byte 0xF0"),
  Refusal([0x22, 0xE2, 0x82], at: 1, "invalid byte 0xE2"),
  Refusal([0x22, 0x80, 0x22], at: 1, "invalid byte 0x80"),
]

@Suite("What the JSON parser refuses")
struct JSONRefusalTests {
  @Test(
    "A text that is not JSON is refused with its place", arguments: structure + numbers + strings)
  func refusal(_ refusal: Refusal) throws {
    let error = try #require(throws: JSONError.self) { try JSONValue(parsing: refusal.text) }
    #expect(error.offset == refusal.offset, "\(error)")
    #expect(error.message.contains(refusal.words), "\(error)")
  }

  @Test("Lines and columns are counted as an editor does")
  func lineAndColumn() throws {
    let error = try #require(throws: JSONError.self) {
      try JSONValue(parsing: "{\r\n  \"naïve\": \"é\", x\n}")
    }
    #expect(error.line == 2)
    #expect(error.column == 17)
    #expect(error.offset == 21)
    #expect(
      error.description
        == "line 2, column 17 (byte 21): expected a member's name in quotes, found 'x'")
  }

  @Test("Nesting is refused beyond the limit, however deep the text", arguments: ["[", "{\"a\":"])
  func depth(opening: String) throws {
    let close = opening == "[" ? "]" : "}"
    func nested(_ depth: Int) -> String {
      String(repeating: opening, count: depth) + "1" + String(repeating: close, count: depth)
    }
    _ = try JSONValue(parsing: nested(128))
    #expect(throws: JSONError.self) { try JSONValue(parsing: nested(129)) }
    #expect(throws: JSONError.self) {
      try JSONValue(parsing: String(repeating: opening, count: 300_000))
    }
    let unlimited = JSONParsingOptions(maximumDepth: .max)
    _ = try JSONValue(parsing: nested(512), options: unlimited)
    let error = try #require(throws: JSONError.self) {
      try JSONValue(parsing: nested(513), options: unlimited)
    }
    #expect(error.message.contains("at most 512 nested"))
  }

  @Test("Siblings do not count as depth")
  func siblings() throws {
    let text = "[" + String(repeating: "[],{},", count: 1000) + "[]]"
    let value = try JSONValue(parsing: text, options: JSONParsingOptions(maximumDepth: 2))
    #expect(value.array?.count == 2001)
  }

  @Test("Duplicates and lone surrogates pass where the options allow them")
  func lenience() throws {
    let lastWins = try JSONValue(
      parsing: #"{"a":1,"b":2,"a":3}"#, options: JSONParsingOptions(duplicateKeys: .lastWins))
    #expect(lastWins.serialized() == #"{"a":3,"b":2}"#)
    let replaced = try JSONValue(
      parsing: #""\ud83dx\ude00\ud83d\ud83d\ude00""#,
      options: JSONParsingOptions(loneSurrogates: .replace))
    #expect(replaced.string == "\u{FFFD}x\u{FFFD}\u{FFFD}😀")
  }
}
