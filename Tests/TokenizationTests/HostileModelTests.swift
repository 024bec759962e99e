import Support
import Testing
import Tokenization

@Suite("SentencePiece models that are damaged or made to harm")
struct HostileModelTests {
  /// Loads a model and uses it; nil if it was usable, else the refusal.
  private func use(_ bytes: [UInt8]) throws -> String? {
    try refusal {
      let tokenizer = try SentencePieceTokenizer(bytes: bytes, path: "model", extraIDs: 2)
      for text in ["AaAb Aé\0A</s><unk><extra_id_1>", String(repeating: "A", count: 100)] {
        for policy in SpecialTokenPolicy.allCases {
          let tokens = tokenizer.encode(text, specialTokens: policy)
          #expect(tokens.allSatisfy { (0..<TokenID(tokenizer.vocabularySize)).contains($0) })
          _ = tokenizer.decode(tokens)
        }
      }
    }
  }

  /// A refusal is one sentence that names the file.
  private func expectSentence(_ words: String) {
    #expect(words.hasPrefix("model: ") && !words.contains("\n"), "\(words)")
    #expect(words.contains("expected"), "\(words)")
  }

  @Test("The undamaged small model normalises and splits")
  func smallModel() throws {
    let tokenizer = try SentencePieceTokenizer(
      bytes: SmallModel().bytes, path: "model", extraIDs: 2)
    #expect(tokenizer.encode("A ab") == [6, 6, 5])
    #expect(tokenizer.encode("A</s>", specialTokens: .recognized) == [6, 1])
  }

  @Test("A model cut anywhere is refused, or whole as far as it goes")
  func truncations() throws {
    let bytes = SmallModel().bytes
    var refused = 0
    for count in 0..<bytes.count {
      guard let words = try use(Array(bytes[..<count])) else { continue }
      expectSentence(words)
      refused += 1
    }
    // A cut after one of the six ordinary pieces leaves a model.
    #expect(bytes.count - refused == 6)
  }

  @Test("One changed byte never does harm")
  func corruptions() throws {
    let bytes = SmallModel().bytes
    var refused = 0
    var usable = 0
    for position in bytes.indices {
      for change: UInt8 in [0x01, 0x02, 0x08, 0x40, 0x80, 0xFF] {
        var changed = bytes
        changed[position] ^= change
        if let words = try use(changed) {
          expectSentence(words)
          refused += 1
        } else {
          usable += 1
        }
      }
    }
    #expect(refused > 1000 && usable > 100, "\(refused) refused, \(usable) usable")
  }

  @Test("T5's own model, damaged, is refused or usable", arguments: 0..<8 as Range<UInt64>)
  func damagedT5(seed: UInt64) throws {
    var random = SeededRandom(seed: seed)
    let bytes = try TestFiles.bytes(of: TestFiles.sentencePieceModel)
    // Half of the damage hits the normalisation table in the last third.
    for start in [0, bytes.count / 3 * 2] {
      var changed = bytes
      changed[Int.random(in: start..<bytes.count, using: &random)] ^= 1 << (seed & 7)
      try use(changed).map(expectSentence)
      let cut = Int.random(in: start..<bytes.count, using: &random)
      try use(Array(bytes[..<cut])).map(expectSentence)
    }
  }

  @Test("What is no model is refused")
  func noModels() throws {
    let huge: [UInt8] = [0x0A] + [UInt8](repeating: 0xFF, count: 9) + [0x01]
    for (bytes, expected) in [
      ([], "expected pieces, found none"),
      (Array("hello, world".utf8), "expected"),
      ([0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0x07], "in field 1, found 2147483647"),
      (huge, "in field 1, found 18446744073709551615"),
      ([0x0A] + [UInt8](repeating: 0x80, count: 11), "a number of at most 10 bytes"),
      ([0x08, 0x01], "expected a message in field 1"),
      ([0x03], "found a field"), ([0x00], "a field number"),
    ] as [([UInt8], String)] {
      let words = try #require(try use(bytes))
      #expect(words.contains(expected) || expected == "found a field", "\(words)")
    }
  }

  @Test("Pieces that libsentencepiece would abort on, or that have no sense, are refused")
  func pieces() throws {
    let changes: [(String, (inout SmallModel) -> Void)] = [
      ("expected one unknown piece, found none", { $0.pieces.remove(at: 2) }),
      (
        "expected one unknown piece, found 2 and 9",
        { $0.pieces.append(.init("x", type: SmallModel.unknownType)) }
      ),
      ("piece 9 to equal piece 4", { $0.pieces.append(.init("a")) }),
      ("expected a text in piece 9", { $0.pieces.append(.init("")) }),
      ("without NUL in piece 9", { $0.pieces.append(.init("x\0y")) }),
      ("expected UTF-8", { $0.pieces[8].text = [0xC3] }),
      ("finite score in piece 4, found nan", { $0.pieces[4].score = .nan }),
      ("finite score in piece 4, found -inf", { $0.pieces[4].score = -.infinity }),
      ("expected a piece type in 1...6, found 7", { $0.pieces[4].type = 7 }),
      ("expected no self-test data", { $0.rest = SmallModel.field(4, [0x0A, 0]) }),
      (
        "expected one set of trainer settings, found two",
        { $0.rest = SmallModel.field(2, []) + SmallModel.field(2, []) }
      ),
      ("refused", { $0.pieces.append(.init("<0x41>", type: 6)) }),
    ]
    for (expected, change) in changes {
      var model = SmallModel()
      change(&model)
      let words = try use(model.bytes)
      #expect(words?.contains(expected) == true, "\(words ?? "accepted"), not \(expected)")
    }
  }

  @Test("Normalisation tables that lead out of themselves are refused")
  func tables() throws {
    func table(_ change: (inout [UInt32]) -> Void) -> [UInt8] {
      var units = SmallModel.units
      change(&units)
      return SmallModel.table(units: units)
    }
    // "A" is at 0x40, and its number at 2.
    let cases: [(String, [UInt8])] = [
      ("more than 4 bytes of normalisation table, found 3", [1, 2, 3]),
      ("found 0", SmallModel.table(units: SmallModel.units, count: 0)),
      ("in fours, found 1022", SmallModel.table(units: SmallModel.units, count: 1022)),
      ("in fours, found 1028", SmallModel.table(units: SmallModel.units, count: 1028)),
      ("in fours, found 4294967295", SmallModel.table(units: SmallModel.units, count: .max)),
      ("blocks of 256 units, found 255", SmallModel.table(units: SmallModel.units, count: 1020)),
      (
        "expected NUL at the end",
        SmallModel.table(units: SmallModel.units, replacements: Array("ab".utf8))
      ),
      ("found a way to 256", table { $0[0] = SmallModel.unit(from: 0, to: 256, label: 0) }),
      ("found a way to", table { $0[0x40] |= 0x7FFF_FE00 }),
      ("numbers below 2 in a trie, found 2", table { $0[2] = 0x8000_0002 }),
      ("numbers below 2 in a trie, found 2147483647", table { $0[2] = 0xFFFF_FFFF }),
      // "A" leads to where "A" is.
      (
        "found a circle",
        table { $0[0x40] = SmallModel.unit(from: 0x40, to: 1, label: 0x41) }
      ),
    ]
    for (expected, table) in cases {
      var model = SmallModel()
      model.table = table
      let words = try use(model.bytes)
      #expect(words?.contains(expected) == true, "\(words ?? "accepted"), not \(expected)")
      // The table for decoding is checked as well.
      var other = SmallModel()
      other.rest = SmallModel.field(5, SmallModel.field(2, table))
      let decoding = try use(other.bytes) ?? "accepted"
      #expect(decoding.contains(expected), "\(decoding), not \(expected), for decoding")
    }
  }

  @Test("At most 32 replaced strings may begin one another", arguments: [32, 33])
  func nestedPrefixes(count: Int) throws {
    // "A", "AA", …: base 256 · i for i of them, whose number is at base 256 · i with label 0.
    var units = (0..<UInt32(256 * (count + 1))).map { $0 & 0xFF ^ 0xFE }
    units[0] = SmallModel.unit(from: 0, to: 256, label: 0)
    for i in 1...UInt32(count) {
      let position = 256 * i ^ 0x41
      // The last string's number lies in the root's block, which is otherwise unused.
      let base = i == UInt32(count) ? 2 : 256 * (i + 1)
      units[Int(position)] = SmallModel.unit(
        from: position, to: base, label: 0x41, endsString: true)
      units[Int(base)] = 0x8000_0000
    }
    var model = SmallModel()
    model.table = SmallModel.table(units: units)
    let words = try use(model.bytes)
    #expect((words == nil) == (count == 32), "\(words ?? "accepted")")
  }

  @Test("What is missing or no file is refused")
  func files() throws {
    func words(_ path: String) throws -> String {
      try refusal { _ = try SentencePieceTokenizer(path: path, extraIDs: 0) } ?? "accepted"
    }
    try withTemporaryFolder { folder in
      let missing = try words("\(folder)/none")
      #expect(
        missing == "\(folder)/none: expected a SentencePiece model, found no such file")
      for path in [folder, "/dev/zero"] {
        let words = try words(path)
        #expect(
          words == "\(path): cannot be read: expected a SentencePiece model, found no regular file")
      }
    }
  }
}
