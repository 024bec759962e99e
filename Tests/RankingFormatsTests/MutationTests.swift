import RankingCore
import RankingFormats
import Support
import Testing

@Suite("Files with random faults")
struct MutationTests {
  /// Some bytes changed, put in, taken out, or all cut off from one on.
  private func mutated(_ bytes: [UInt8], using random: inout SeededRandom) -> [UInt8] {
    // What these formats are made of, and bytes that are no UTF-8.
    let alphabet = Array("{}[]\",:\\ \t\r\n0-#éa\0".utf8) + [0x80, 0xFF, 0xED]
    var bytes = bytes
    for _ in 0..<Int.random(in: 1...4, using: &random) where !bytes.isEmpty {
      let place = Int.random(in: bytes.indices, using: &random)
      let byte = alphabet.randomElement(using: &random) ?? 0
      switch Int.random(in: 0..<8, using: &random) {
      case 0...2: bytes[place] = byte
      case 3...4: bytes.insert(byte, at: place)
      case 5...6: bytes.remove(at: place)
      default: bytes.removeSubrange(place...)
      }
    }
    return bytes
  }

  /// What every request of every source promises.
  private func check(_ request: RankingRequest, _ comment: Comment) {
    let isEmpty = request.query.text.allSatisfy(\.isWhitespace)
    #expect(!isEmpty, comment)
    #expect(!request.documents.isEmpty, comment)
    let ids = Set(request.documents.map { Array($0.id.utf8) })
    #expect(ids.count == request.documents.count)
    // Every writer can take it.
    let ranking = ranking(of: request, request.documents.map { Double($0.text.utf8.count) })
    var table = TableWriter(width: 40)
    #expect(table.text(of: ranking, for: request).utf8.last == 0x0A)
    let lineFeeds = RankLLMWriter().text(of: ranking, for: request).utf8.count { $0 == 0x0A }
    #expect(lineFeeds == 1)
  }

  private let line =
    #"{"query":{"qid":"7","text":"q\u00e9"},"candidates":[{"docid":"a","score":1.5,"#
    + #""doc":{"text":"A"}},{"docid":"b","doc":"[é]\"}"}],"x":[null,true]}"#

  @Test("Broken lines never take the next one with them", arguments: 0..<150 as Range<UInt64>)
  func lines(seed: UInt64) throws {
    var random = SeededRandom(seed: seed)
    // The first byte stays, so that no fault makes the file an array.
    let bytes = mutated(Array("\(line)\n\(line)".utf8), using: &random)
    try TemporaryFolder.use { folder in
      let path = try folder.write(
        Array(#"{"query":"first","documents":["x"]}"#.utf8) + [0x0A] + bytes
          + Array("\n{\"query\":\"last\",\"documents\":[\"x\"]}".utf8), to: "in")
      for invalidUTF8 in [InvalidUTF8.replace, .refuse] {
        var reader = RequestReader(paths: [path], invalidUTF8: invalidUTF8)
        var texts: [String?] = []
        while let next = try reader.next() {
          let request = try? next.get()
          if let request { check(request, "seed \(seed)") }
          texts.append(request?.query.text)
        }
        #expect(texts.first == "first" && texts.last == "last", "seed \(seed)")
      }
    }
  }

  @Test("A broken array gives requests or refusals, and ends", arguments: 0..<150 as Range<UInt64>)
  func arrays(seed: UInt64) throws {
    var random = SeededRandom(seed: seed)
    let bytes = mutated(Array("[\n \(line),\n\(line) ,\(line)]\n".utf8), using: &random)
    try TemporaryFolder.use { folder in
      var reader = RequestReader(paths: [try folder.write(bytes, to: "in")])
      var count = 0
      while let next = try reader.next(), count < 1000 {
        count += 1
        if case .success(let request) = next { check(request, "seed \(seed)") }
      }
      #expect(count < 1000, "seed \(seed)")
    }
  }

  @Test(
    "Broken runs, queries and corpora give requests or refusals",
    arguments: 0..<150 as Range<UInt64>)
  func runs(seed: UInt64) throws {
    var random = SeededRandom(seed: seed)
    var files = [
      "1 Q0 a 1 9.5 t\n1 Q0 b 2 -1e3 t\r\n# note\n\n2 Q0 a 1 7 t\n1 Q0 c 3 -2e3 t",
      "1\tone\n{\"_id\":\"2\",\"text\":\"two\"}\n",
      "a\tA\n{\"_id\": \"b\",\"title\":\"T\",\"text\":\"B\"}\r\n{\"text\":\"C\",\"id\":\"c\"}\n",
    ].map { Array($0.utf8) }
    let broken = Int.random(in: files.indices, using: &random)
    files[broken] = mutated(files[broken], using: &random)
    try TemporaryFolder.use { folder in
      let paths = try files.enumerated().map { try folder.write($1, to: "\($0)") }
      for invalidUTF8 in [InvalidUTF8.replace, .refuse] {
        var reader = try RunReader(
          run: paths[0], queries: paths[1], corpus: paths[2], invalidUTF8: invalidUTF8
        ) { error in #expect(error.line != nil, "seed \(seed)") }
        let counts = reader.candidateCounts
        var index = 0
        while let next = try reader.next() {
          if case .success(let request) = next {
            check(request, "seed \(seed)")
            // What the pair budget counts beforehand is what comes.
            #expect(request.documents.count == counts[index], "seed \(seed)")
          }
          index += 1
        }
        #expect(index == counts.count, "seed \(seed)")
      }
    }
  }
}
