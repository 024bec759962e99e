import Retrieval
import Support
import Testing
import Tokenization

/// Embeddings equal those of sentence-transformers, and depend on their text alone.
@Suite struct BiEncoderTests {
  // The sums that differ have some fifty terms of about one, in fp32: 10⁻⁶ apart. Sums over all tokens
  // of a text are ten times as large.
  static let tolerance: Float = 1e-5

  @Test("Embeddings equal sentence-transformers'", arguments: BiEncoderFixture.all)
  func parity(fixture: BiEncoderFixture) throws {
    let encoder = try fixture.load()
    let texts = try BiEncoderFixture.texts()
    let queries = try encoder.embed(queries: texts)
    let documents = try encoder.embed(documents: texts)
    #expect(encoder.dimension == 24)
    #expect(greatestDifference(queries.values, try fixture.golden("queries")) <= Self.tolerance)
    #expect(greatestDifference(documents.values, try fixture.golden("documents")) <= Self.tolerance)
  }

  @Test(
    "An embedding does not depend on its batch, its place or the threads",
    arguments: BiEncoderFixture.all)
  func stability(fixture: BiEncoderFixture) throws {
    let texts = try BiEncoderFixture.texts()
    let alone = try fixture.load { $0.batchTokens = 1 }
    let whole = try alone.embed(documents: texts)
    let others = try fixture.load {
      $0.threads = 3
      $0.batchTokens = 50
    }
    let reversed = try others.embed(documents: texts.reversed())
    for (index, text) in texts.enumerated() {
      #expect(try alone.embed(documents: [text]).values[...] == whole[index], "text \(index)")
      #expect(reversed[texts.count - 1 - index] == whole[index], "text \(index)")
    }
  }

  @Test(
    "An XLM-RoBERTa does with its SentencePiece file, in place of the tokenizer.json made of it")
  func sentencePiece() throws {
    let fixture = BiEncoderFixture(name: "xlm-roberta")
    let texts = try BiEncoderFixture.texts()
    let usual = try fixture.load()
    try TemporaryFolder.use { folder in
      let path = try fixture.assemble(in: folder)
      try fixture.replaceTokenizer(in: path)
      var options = BiEncoderOptions()
      options.specialTokens = .recognized
      let other = try BiEncoder(path: path, options: options)
      #expect(try other.embed(documents: texts).values == usual.embed(documents: texts).values)
      #expect(other.fingerprint != usual.fingerprint)
    }
  }

  @Test("The fingerprint tells settings apart that change documents, and no others")
  func fingerprint() throws {
    let fixture = BiEncoderFixture(name: "prompts")
    let usual = try fixture.load().fingerprint
    #expect(try fixture.load { $0.threads = 2 }.fingerprint == usual)
    #expect(try fixture.load { $0.queryPrompt = "other: " }.fingerprint == usual)
    #expect(try fixture.load { $0.documentPrompt = "other: " }.fingerprint != usual)
    #expect(try fixture.load { $0.maximumTokens = 12 }.fingerprint != usual)
    #expect(try fixture.load { $0.specialTokens = .literal }.fingerprint != usual)
    #expect(try BiEncoderFixture(name: "cls").load().fingerprint != usual)
  }

  @Test("Prompts and similarity come from the files, unless the caller names others")
  func prompts() throws {
    let fixture = BiEncoderFixture(name: "prompts")
    let encoder = try fixture.load()
    #expect(encoder.queryPrompt == "query: " && encoder.documentPrompt == "document: ")
    #expect(encoder.similarity == .dot && encoder.maximumTokens == 40)
    let bare = try fixture.load { $0.queryPrompt = "" }
    #expect(
      try bare.embed(queries: ["query: a cat"]).values
        == encoder.embed(queries: ["a cat"]).values)
  }

  @Test("Text that spells a control token stays text unless the caller wants otherwise")
  func controlTokens() throws {
    let fixture = BiEncoderFixture(name: "cls")
    let literal = try fixture.load { $0.specialTokens = .literal }
    let recognized = try fixture.load()
    #expect(
      try literal.embed(queries: ["[SEP] cat"]).values
        == literal.embed(queries: ["[sep] cat"]).values)
    #expect(
      try recognized.embed(queries: ["[SEP] cat"]).values
        != recognized.embed(queries: ["[sep] cat"]).values)
  }

  @Test("A BERT without sentence-transformers' files says how it is read")
  func plain() throws {
    #expect(try BiEncoderFixture(name: "plain").load().notes.count == 1)
    #expect(try BiEncoderFixture(name: "cls").load().notes.isEmpty)
  }

  @Test("No texts have no embeddings")
  func nothing() throws {
    #expect(try BiEncoderFixture(name: "max").load().embed(queries: []).count == 0)
  }
}

/// The greatest difference between numbers at the same places; infinite where one is NaN or missing.
func greatestDifference(_ found: [Float], _ wanted: [Float]) -> Float {
  guard found.count == wanted.count else { return .infinity }
  return zip(found, wanted).reduce(0) { greatest, pair in
    let difference = abs(pair.0 - pair.1)
    return difference.isNaN ? .infinity : max(greatest, difference)
  }
}
