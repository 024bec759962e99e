import Checkpoints
import Support
import Testing

/// A file that is no safetensors file, and words of its refusal.
struct BadFile: Sendable, CustomTestStringConvertible {
  let name: String
  let bytes: [UInt8]
  let words: String

  init(_ name: String, _ bytes: [UInt8], _ words: String) {
    self.name = name
    self.bytes = bytes
    self.words = words
  }

  /// One tensor `w` with these members, before four bytes of data.
  init(members: String, _ words: String) {
    self.init(members, safetensors("{\"w\":{\(members)}}", data: [0, 0, 0, 0]), words)
  }

  /// Tensors in eight bytes of data.
  init(_ name: String, tensors: [String], _ words: String) {
    let header = "{\(tensors.joined(separator: ","))}"
    self.init(name, safetensors(header, data: [UInt8](repeating: 0, count: 8)), words)
  }

  var testDescription: String { name }
}

private let limit = 16 << 20

private let lengths: [BadFile] = [
  BadFile("no bytes", [], "expected a safetensors file, found an empty file"),
  BadFile("seven bytes", [UInt8](repeating: 0, count: 7), "found a file of 7 bytes"),
  BadFile("no header", safetensors(""), "expected '{' at byte 8"),
  BadFile("one byte short", safetensors("{", length: 2), "expected a header of 2 bytes"),
  BadFile("2^32", safetensors("{}", length: 1 << 32), "found a length of 4294967296"),
  BadFile("2^63", safetensors("{}", length: 1 << 63), "at most \(limit) bytes"),
  BadFile("2^64 − 1", safetensors("{}", length: .max), "found a length of 18446744073709551615"),
  BadFile(
    "a byte above the limit",
    safetensors("{}" + String(repeating: " ", count: limit - 1)), "at most \(limit) bytes"),
]

private let json: [BadFile] = [
  BadFile(
    "array", safetensors("[]"), "expected '{' at byte 8, where the header starts, found 0x5B"),
  BadFile("leading space", safetensors(" {}"), "found 0x20"),
  BadFile("byte order mark", safetensors([0xEF, 0xBB, 0xBF, 0x7B, 0x7D]), "found 0xEF"),
  BadFile("padded with NUL", safetensors("{}\0"), "found 0x0 at byte 10"),
  BadFile("padded with a line feed", safetensors("{}\n "), "found 0xA at byte 10"),
  BadFile("two objects", safetensors("{}{}"), "header, byte 10: expected the end"),
  BadFile("cut", safetensors(#"{"w":{"dtype":"F32"}"#), "header, byte 28:"),
  BadFile("not UTF-8", safetensors([0x7B, 0x22, 0xFF, 0x22, 0x3A, 0x31, 0x7D]), "byte 0xFF"),
  BadFile("half a surrogate pair", safetensors(#"{"\ud800":1}"#), "header, byte"),
  BadFile("depth bomb", safetensors(#"{"w":\#(String(repeating: "[", count: 600))}"#), "nested"),
  BadFile(
    "million-fold depth bomb", safetensors(#"{"w":\#(String(repeating: "[", count: 1 << 20))}"#),
    "nested"),
  BadFile("tensor is no object", safetensors(#"{"w":1}"#), #"tensor "w": expected an object"#),
  BadFile("metadata is no object", safetensors(#"{"__metadata__":1}"#), "an object of strings"),
  BadFile(
    "metadata holds a number", safetensors(#"{"__metadata__":{"format":1}}"#),
    #"__metadata__: "format": expected a string, found a number"#),
  BadFile(
    "metadata twice", safetensors(#"{"__metadata__":{},"__metadata__":{}}"#),
    "expected each member once"),
  BadFile(
    "metadata with a key twice", safetensors(#"{"__metadata__":{"a":"1","a":"2"}}"#),
    "expected each member once"),
]

private let members: [BadFile] = [
  BadFile(members: "", "expected a string as dtype, found none"),
  BadFile(members: #""dtype":32,"shape":[1],"data_offsets":[0,4]"#, "found a number"),
  BadFile(members: #""dtype":"F8_E4M3","shape":[4],"data_offsets":[0,4]"#, #"found "F8_E4M3""#),
  BadFile(members: #""dtype":"f32","shape":[1],"data_offsets":[0,4]"#, #"found "f32""#),
  BadFile(members: #""dtype":"F32","dtype":"F32""#, "expected each member once"),
  BadFile(
    members: #""dtype":"F32","data_offsets":[0,4]"#, "expected an array as shape, found none"),
  BadFile(members: #""dtype":"F32","shape":4,"data_offsets":[0,4]"#, "found a number"),
  BadFile(
    members: #""dtype":"F32","shape":[1],"data_offsets":[0,4],"stride":[1]"#,
    #"found a member "stride""#),
  BadFile(members: #""dtype":"F32","shape":[1]"#, "expected two data_offsets, found none"),
  BadFile(members: #""dtype":"F32","shape":[1],"data_offsets":[0]"#, "expected two data_offsets"),
  BadFile(
    members: #""dtype":"F32","shape":[1],"data_offsets":[0,4,4]"#, "expected two data_offsets"),
  BadFile(
    members: #""dtype":"F32","shape":[1,1,1,1,1,1,1,1,1],"data_offsets":[0,4]"#,
    "expected at most 8 dimensions, found 9"),
  BadFile(members: #""dtype":"F32","shape":[2],"data_offsets":[0,4]"#, "expected 8 bytes for F32"),
  BadFile(members: #""dtype":"F32","shape":[0],"data_offsets":[0,4]"#, "expected 0 bytes for F32"),
  BadFile(members: #""dtype":"F16","shape":[],"data_offsets":[0,4]"#, "expected 2 bytes for F16"),
]

private let wrongNumbers: [BadFile] =
  ["-1", "1.0", "1e0", "0.5", "1e999", "99999999999999999999", "281474976710657", "\"1\"", "null"]
  .map {
    BadFile(
      members: #""dtype":"F32","shape":[\#($0)],"data_offsets":[0,4]"#, "integers from 0 to 2^48")
  }
  + ["-1,4", "0,5", "4,0", "0,4.0", "0,4e0", "0,1e999", "0,99999999999999999999", "0,\"4\"", "5,5"]
  .map {
    BadFile(
      members: #""dtype":"F32","shape":[1],"data_offsets":[\#($0)]"#,
      "expected data_offsets begin ≤ end from 0 to 4")
  }
  + [
    // 2^48 · 2^16 = 2^64; 2^62 numbers of four bytes; and a product that is 0 only in the end.
    "[281474976710656,65536]", "[281474976710656,16384]", "[281474976710656,281474976710656,0]",
  ].map {
    BadFile(
      members: #""dtype":"F32","shape":\#($0),"data_offsets":[0,4]"#, "a size below 2^63")
  }

private let layouts: [BadFile] = [
  BadFile(
    "hole at the start", tensors: [member("a", "F32", "[1]", 4, 8)], "found a hole: it starts"),
  BadFile(
    "hole between", tensors: [member("a", "U8", "[2]", 0, 2), member("b", "U8", "[4]", 4, 8)],
    "found a hole"),
  BadFile(
    "overlap", tensors: [member("a", "F32", "[1]", 0, 4), member("b", "U8", "[5]", 3, 8)],
    "found an overlap"),
  BadFile(
    "the same bytes twice",
    tensors: [member("a", "F32", "[2]", 0, 8), member("b", "F32", "[2]", 0, 8)],
    "found an overlap"),
  BadFile(
    "one inside another",
    tensors: [member("a", "F32", "[2]", 0, 8), member("b", "U8", "[2]", 2, 4)],
    "found an overlap"),
  BadFile(
    "nothing inside another",
    tensors: [member("a", "F32", "[2]", 0, 8), member("b", "U8", "[0]", 4, 4)],
    "found an overlap"),
  BadFile("trailing bytes", tensors: [member("a", "F32", "[1]", 0, 4)], "found 4 more bytes"),
  BadFile("no tensors", tensors: [], "found 8 more bytes"),
  BadFile(
    "a name twice", tensors: [member("a", "F32", "[1]", 0, 4), member("a", "F32", "[1]", 4, 8)],
    #"expected each member once, found "a" again"#),
  BadFile(
    "a name in two Unicode forms",
    tensors: [member("\u{E9}", "F32", "[1]", 0, 4), member("e\u{301}", "F32", "[1]", 4, 8)],
    "found it again in another Unicode form"),
]

@Suite("Safetensors headers")
struct SafetensorsHeaderTests {
  @Test(
    "What is wrong is refused, with the place",
    arguments: [lengths, json, members, wrongNumbers, layouts].flatMap(\.self))
  func refuses(file: BadFile) throws {
    try TemporaryFolder.use { folder in
      let path = try folder.write(file.bytes, to: "bad.safetensors")
      let error = try #require(throws: CheckpointError.self) { try Safetensors(path: path) }
      #expect(error.description.hasPrefix("\(path): "), "\(error)")
      #expect(error.description.contains(file.words), "\(error)")
    }
  }

  @Test("A file cut after any of its bytes is refused, and so is one byte more")
  func truncated() throws {
    let header = "{\(member("a", "F32", "[1]", 0, 4)),\(member("b", "BF16", "[2,1]", 4, 8))}  "
    let whole = safetensors(header, data: [1, 2, 3, 4, 5, 6, 7, 8])
    try TemporaryFolder.use { folder in
      for count in whole.indices {
        let path = try folder.write(Array(whole[..<count]), to: "cut.safetensors")
        #expect(throws: CheckpointError.self, "\(count) bytes") { try Safetensors(path: path) }
      }
      let path = try folder.write(whole + [0], to: "more.safetensors")
      #expect(throws: CheckpointError.self) { try Safetensors(path: path) }
      #expect(
        try Safetensors(path: folder.write(whole, to: "whole.safetensors")).tensors.count == 2)
    }
  }

  @Test("A file with any one of its header's bytes changed is read or refused, never trusted")
  func mutated() throws {
    let seed: UInt64 = 7
    var random = SeededRandom(seed: seed)
    let header = "{\(member("a", "F32", "[2]", 0, 8)),\(member("b", "I64", "[1]", 8, 16))}"
    let whole = safetensors(header, data: [UInt8](repeating: 1, count: 16))
    try TemporaryFolder.use { folder in
      for position in 0..<(8 + header.utf8.count) {
        for _ in 0..<4 {
          var bytes = whole
          bytes[position] = .random(in: .min ... .max, using: &random)
          let path = try folder.write(bytes, to: "changed.safetensors")
          guard let file = try? Safetensors(path: path) else { continue }
          // What is accepted covers the data exactly, whatever it is called now.
          let size = file.tensors.reduce(0) { $0 + $1.count * $1.scalarType.byteCount }
          #expect(size == 16, "seed \(seed), byte \(position): \(bytes[position])")
        }
      }
    }
  }

  @Test("Padding is spaces, inside JSON's white space is free, and any order of members will do")
  func accepts() throws {
    try TemporaryFolder.use { folder in
      let header = """
        {
          "b" : { "data_offsets":[4, 6], "shape":[], "dtype":"F16" } ,
          "é\\u0000": {"dtype":"F32","shape":[1],"data_offsets":[0,4]},
          "empty":{"dtype":"F32","shape":[7,0],"data_offsets":[4,4]},
          "__metadata__": {"format":"pt","note":""}
        }\("      ")
        """
      let path = try folder.write(safetensors(header, data: [0, 0, 0, 0, 0, 0x3C]), to: "good")
      let file = try Safetensors(path: path)
      #expect(file.tensors.map(\.name) == ["b", "empty", "é\0"])
      #expect(file.tensors.map(\.shape) == [[], [7, 0], [1]])
      #expect(file.tensors.map(\.count) == [1, 0, 1])
      #expect(file.metadata.map(\.key) == ["format", "note"])
      #expect(try file.floats(of: file.tensors[1]).count == 0)
    }
  }

  @Test("A header as large as the limit is read; one of too many tensors is refused")
  func limits() throws {
    try TemporaryFolder.use { folder in
      let padded = "{}" + String(repeating: " ", count: limit - 2)
      let path = try folder.write(safetensors(padded), to: "padded.safetensors")
      #expect(try Safetensors(path: path).tensors.isEmpty)

      let many = (0...200_000).map { member(String($0), "U8", "[0]", 0, 0) }
      let crowded = try folder.write(
        safetensors("{\(many.joined(separator: ","))}"), to: "crowded.safetensors")
      let error = try #require(throws: CheckpointError.self) { try Safetensors(path: crowded) }
      #expect(error.description.contains("expected at most 200000 tensors, found 200001"))
    }
  }
}
