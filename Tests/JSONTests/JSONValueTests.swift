import JSON
import Support
import Testing

@Suite("JSON values")
struct JSONValueTests {
  @Test("Members keep their order, and numbers their digits, from parsing to writing")
  func passThrough() throws {
    let text =
      #"{"z":1.50,"a":[-0,1E+2,0.1e-7,123456789012345678901234567890,1e999],"m":{"y":{},"x":[]}}"#
    #expect(try JSONValue(parsing: text).serialized() == text)
  }

  @Test("Accessors give nil, never a trap, for what is not there")
  func accessors() throws {
    let value = try JSONValue(parsing: #" {"i":7,"d":1.5,"s":"x","b":true,"n":null,"a":[1,"2"]} "#)
    #expect(value["i"]?.int == 7)
    #expect(value["i"]?.double == 7)
    #expect(value["i"]?.string == nil)
    #expect(value["d"]?.int == nil)
    #expect(value["d"]?.double == 1.5)
    #expect(value["s"]?.string == "x")
    #expect(value["s"]?["x"] == nil)
    #expect(value["b"]?.bool == true)
    #expect(value["n"]?.isNull == true)
    #expect(value["a"]?[1]?.string == "2")
    #expect(value["a"]?[2] == nil)
    #expect(value["a"]?[-1] == nil)
    #expect(value["nothing"] == nil)
    #expect(value.array == nil)
    #expect(value.object?.map(\.key) == ["i", "d", "s", "b", "n", "a"])
  }

  @Test(
    "Numbers outside a type's range give nil",
    arguments: [
      ("1e999", nil, nil), ("-1e999", nil, nil), ("9223372036854775807", Int.max, 0x1p63),
      ("9223372036854775808", nil, 0x1p63), ("-9223372036854775808", Int.min, -0x1p63),
      ("1.0", nil, 1), ("1e2", nil, 100), ("-0", 0, 0), ("1e-999", nil, 0),
    ] as [(String, Int?, Double?)])
  func numberRanges(text: String, int: Int?, double: Double?) throws {
    let value = try JSONValue(parsing: text)
    #expect(value.int == int)
    #expect(value.double == double)
    #expect(value.number?.text == text)
  }

  @Test("Escapes stand for what RFC 8259 says")
  func escapes() throws {
    let value = try JSONValue(parsing: #""\"\\\/\b\f\n\r\t\u0041\u00e9\u20AC\ud83d\uDE00\u0000z""#)
    #expect(value.string == "\"\\/\u{8}\u{C}\n\r\tAé€😀\0z")
  }

  @Test("Plain text of every length around the word size is read whole")
  func plainRuns() throws {
    for length in 0..<40 {
      for stop in ["\"", "\\n\"", "é\"", "\u{7F}\""] {
        let plain = String(repeating: "x", count: length)
        let value = try JSONValue(parsing: "\"" + plain + stop)
        let expected = plain + ["\"": "", "\\n\"": "\n", "é\"": "é"][stop, default: "\u{7F}"]
        #expect(value.string == expected)
      }
    }
  }

  @Test("Every scalar survives writing and reading, raw and escaped")
  func everyScalar() throws {
    var all = ""
    for code in 0...UInt32(0x10FFFF) {
      if let scalar = Unicode.Scalar(code) { all.unicodeScalars.append(scalar) }
    }
    let written = JSONValue(all).serializedBytes()
    #expect(!written.contains { $0 < 0x20 })
    let read = try JSONValue(parsing: written)
    #expect(read.string?.utf8.elementsEqual(all.utf8) == true)

    var escaped = "\""
    for unit in "aé€😀\u{10FFFF}".utf16 {
      let digits = String(unit, radix: 16)
      escaped += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    }
    #expect(try JSONValue(parsing: escaped + "\"").string == "aé€😀\u{10FFFF}")
  }

  @Test("Doubles and Floats read back bit by bit, in their shortest form", arguments: [20260101])
  func doubles(seed: UInt64) throws {
    var random = SeededRandom(seed: seed)
    for _ in 0..<20_000 {
      let double = Double(bitPattern: random.next())
      let float = Float(bitPattern: UInt32(truncatingIfNeeded: random.next()))
      guard let wide = JSONValue(double), let narrow = JSONValue(float) else {
        #expect(!double.isFinite || !float.isFinite)
        continue
      }
      let wideRead = try JSONValue(parsing: wide.serialized()).double
      #expect(wideRead?.bitPattern == double.bitPattern)
      let narrowRead = try JSONValue(parsing: narrow.serialized()).double.map { Float($0) }
      #expect(narrowRead?.bitPattern == float.bitPattern)
    }
    #expect(JSONValue(Double(0.1))?.serialized() == "0.1")
    #expect(JSONValue(Float(0.1))?.serialized() == "0.1")
    #expect(JSONValue(Double(5e-324))?.serialized() == "5e-324")
  }

  @Test("NaN and infinities cannot become JSON")
  func notFinite() {
    for value in [Double.nan, .infinity, -.infinity, .signalingNaN] {
      #expect(JSONValue(value) == nil)
      #expect(JSONNumber(value) == nil)
      #expect(JSONValue(Float(value)) == nil)
    }
  }

  @Test("Pretty form has a line for each member, and reads back the same")
  func pretty() throws {
    let value: JSONValue = [
      "a": [1, 2.5, nil, true], "empty": [:], "none": [], "text": "l\"1\"\n\u{1}",
    ]
    let expected = """
      {
        "a": [
          1,
          2.5,
          null,
          true
        ],
        "empty": {},
        "none": [],
        "text": "l\\"1\\"\\n\\u0001"
      }
      """
    #expect(value.serialized(pretty: true) == expected)
    #expect(try JSONValue(parsing: expected) == value)
    #expect("\(value)" == #"{"a":[1,2.5,null,true],"empty":{},"none":[],"text":"l\"1\"\n\u0001"}"#)
  }
}
