import JSON
import Testing
import Tokenization

@Suite("Tokens equal the references'")
struct GoldenTokenTests {
  /// How many strings `tokenizer` splits otherwise than the golden file's `name` says, and the first.
  private func expectEqual(
    _ tokenizer: any Tokenizer, _ policy: SpecialTokenPolicy, _ name: String, atLeast count: Int
  ) throws {
    var compared = 0
    var differing: [String] = []
    for golden in try GoldenText.all() {
      guard let expected = golden.tokens[name] else { continue }
      compared += 1
      let tokens = tokenizer.encode(golden.text, specialTokens: policy)
      if tokens != expected {
        differing.append("\(golden.text.debugDescription): \(tokens), not \(expected)")
      }
    }
    #expect(differing.isEmpty, "\(differing.count) differ, \(differing.first ?? "")")
    #expect(compared >= count, "the golden file has too few strings")
  }

  @Test("T5's are SentencePiece's")
  func t5() throws {
    try expectEqual(try TestFiles.t5(), .literal, "t5", atLeast: 5000)
  }

  @Test("T5's with special tokens recognised are Hugging Face's")
  func t5Recognizing() throws {
    try expectEqual(try TestFiles.t5(), .recognized, "t5-recognized", atLeast: 500)
  }

  @Test("BERT's are Hugging Face's")
  func bert() throws {
    try expectEqual(try TestFiles.bert(), .literal, "bert", atLeast: 5000)
  }

  @Test(
    "BERT's are Hugging Face's whatever the settings",
    arguments: [
      ("bert-cased", WordPieceTokenizer.Settings(lowercases: false)),
      ("bert-accents", WordPieceTokenizer.Settings(stripsAccents: false, handlesChinese: false)),
      ("bert-stripped", WordPieceTokenizer.Settings(lowercases: false, stripsAccents: true)),
    ])
  func bertWithSettings(name: String, settings: WordPieceTokenizer.Settings) throws {
    try expectEqual(try TestFiles.bert(settings), .literal, name, atLeast: 1000)
  }

  @Test("BERT's with special tokens recognised are Hugging Face's")
  func bertRecognizing() throws {
    try expectEqual(
      try WordPieceTokenizer(directory: TestFiles.wordPieceDirectory), .recognized,
      "bert-recognized", atLeast: 500)
  }

  @Test(
    "BERT's are Hugging Face's for every Unicode scalar",
    arguments: [
      ("uncased", WordPieceTokenizer.Settings()),
      ("accents", WordPieceTokenizer.Settings(stripsAccents: false, handlesChinese: false)),
    ])
  func everyScalar(name: String, settings: WordPieceTokenizer.Settings) throws {
    let golden = try JSONValue(parsing: try TestFiles.bytes(of: TestFiles.goldenScalars))
    let block = try #require(golden["block"]?.int)
    let expected = try #require(golden[name]?.array).map(\.int)
    var found: [Int] = []
    for plane in 0..<UInt32(17) {
      let tokenizer = try scalarTokenizer(plane: plane, settings)
      for start in stride(from: plane << 16, to: (plane + 1) << 16, by: block)
      where !(0xD800..<0xE000).contains(start) {
        found.append(hash(of: start..<start + UInt32(block), tokenizer))
      }
    }
    let differing = expected.indices.filter {
      !found.indices.contains($0) || found[$0] != expected[$0]
    }
    #expect(found.count == expected.count && differing.isEmpty, "blocks \(differing)")
  }

  /// A tokenizer whose pieces are the scalars of a plane and of the first plane.
  private func scalarTokenizer(
    plane: UInt32, _ settings: WordPieceTokenizer.Settings
  ) throws -> WordPieceTokenizer {
    var lines = "[UNK]\n[CLS]\n[SEP]\n"
    for plane in Set([0, plane]) {
      for scalar in (plane << 16..<(plane + 1) << 16).compactMap(Unicode.Scalar.init)
      where !scalar.properties.isWhitespace {
        lines.unicodeScalars.append(scalar)
        lines += "\n##"
        lines.unicodeScalars.append(scalar)
        lines += "\n"
      }
    }
    return try WordPieceTokenizer(bytes: Array(lines.utf8), path: "scalars", settings: settings)
  }

  /// FNV-1a over the pieces of "a", a scalar, "b", as scripts/golden/tokens.py computes it.
  private func hash(of values: Range<UInt32>, _ tokenizer: WordPieceTokenizer) -> Int {
    var result: UInt32 = 0x811C_9DC5
    for scalar in values.compactMap(Unicode.Scalar.init) {
      for token in tokenizer.encode("a\(scalar)b") {
        for byte in (tokenizer.piece(for: token) ?? "").utf8 {
          result = (result ^ UInt32(byte)) &* 0x0100_0193
        }
        result = result &* 0x0100_0193
      }
    }
    return Int(result)
  }

  @Test("One tokenizer used by many tasks at once gives each the same")
  func manyTasks() async throws {
    let texts = try GoldenText.all().map(\.text).filter { $0.utf8.count < 1000 }.prefix(1500)
    for tokenizer in [try TestFiles.t5(), try TestFiles.bert()] as [any Tokenizer] {
      for policy in SpecialTokenPolicy.allCases {
        // Before anything has encoded alone, so that the tasks meet in what is made at first use.
        let found = await withTaskGroup(of: [[TokenID]].self) { group in
          for _ in 0..<8 {
            group.addTask { texts.map { tokenizer.encode($0, specialTokens: policy) } }
          }
          return await group.reduce(into: []) { $0.append($1) }
        }
        let expected = texts.map { tokenizer.encode($0, specialTokens: policy) }
        #expect(found.allSatisfy { $0 == expected })
      }
    }
  }
}
