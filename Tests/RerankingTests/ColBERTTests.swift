import Foundation
import Kernels
import RankingCore
import Reranking
import Support
import Testing
import Tokenization
import Transformers

/// A ColBERT's vectors and scores equal those of colbert-ai and PyLate, and depend on their texts alone.
@Suite("ColBERT")
struct ColBERTTests {
  // Unit vectors after two layers of fp32 sums of some fifty terms.
  static let tolerance: Float = 1e-5
  // Twelve of their products.
  static let scoreTolerance = 1e-5

  static func scorer(
    _ fixture: ColBERTFixture = ColBERTFixture(name: "colbert-ai"),
    _ change: (inout RerankerOptions) -> Void = { _ in }
  ) throws -> ColBERT {
    var options = RerankerOptions()
    options.threads = 1
    change(&options)
    return try ColBERT(TinyColBERT.read(fixture), options: options)
  }

  /// A scorer over files that stay, as fingerprints need them.
  static func lasting(
    _ change: (inout RerankerOptions) -> Void = { _ in }
  ) throws -> ColBERT {
    var options = RerankerOptions()
    change(&options)
    return try ColBERT(TinyColBERT.shared.get(), options: options)
  }

  @Test("Vectors equal the references'", arguments: ColBERTFixture.all)
  func vectors(fixture: ColBERTFixture) throws {
    let scorer = try Self.scorer(fixture)
    let golden = try fixture.golden()
    let texts = try ColBERTFixture.texts()
    for (number, query) in texts.queries.enumerated() {
      let wanted = try golden.floats("query.\(number).vectors")
      let found = scorer.vectors(ofQuery: query)
      #expect(greatestDifference(found.values, wanted) <= Self.tolerance, "query \(number)")
    }
    let found = scorer.vectors(ofDocuments: texts.documents)
    for number in texts.documents.indices {
      let wanted = try golden.floats("document.\(number).vectors")
      #expect(
        greatestDifference(found[number].values, wanted) <= Self.tolerance, "document \(number)")
    }
  }

  @Test("Scores equal the references'", arguments: ColBERTFixture.all)
  func scores(fixture: ColBERTFixture) throws {
    let scorer = try Self.scorer(fixture)
    let wanted = try fixture.golden().floats("scores")
    let texts = try ColBERTFixture.texts()
    let pairs = texts.queries.flatMap { query in texts.documents.map { TextPair(query, $0) } }
    let scores = try scorer.scores(for: pairs)
    #expect(scores.count == wanted.count)
    for (number, (score, wanted)) in zip(scores, wanted).enumerated() {
      #expect(abs(score - Double(wanted)) <= Self.scoreTolerance, "pair \(number)")
    }
  }

  @Test(
    "A score depends on its texts alone: not on the batch, the threads, or the call",
    arguments: ColBERTFixture.all)
  func stability(fixture: ColBERTFixture) throws {
    let texts = try ColBERTFixture.texts()
    let documents = texts.documents.enumerated().map { Document(id: "\($0)", text: $1) }
    let alone = try Self.scorer(fixture) { $0.batchTokens = 1 }
    let together = try Self.scorer(fixture) { $0.threads = 3 }
    for query in texts.queries {
      let query = Query(text: query)
      let scores = try together.scores(of: documents, for: query).scores
      #expect(try alone.scores(of: documents, for: query).scores == scores)
      #expect(
        try alone.scores(of: documents.reversed(), for: query).scores == scores.reversed())
      #expect(
        try together.scores(for: documents.map { TextPair(query.text, $0.text) }) == scores)
      #expect(try together.scores(of: [documents[3]], for: query).scores == [scores[3]])
    }
    let vectors = alone.vectors(ofDocuments: texts.documents)
    #expect(together.vectors(ofDocuments: texts.documents) == vectors)
  }

  @Test("A document of nothing or of signs keeps its control tokens' vectors")
  func emptyDocuments() throws {
    let scorer = try Self.scorer()
    let vectors = scorer.vectors(ofDocuments: ["", "...!?", " \n"])
    #expect(vectors.map(\.count) == [3, 3, 3])
    #expect(vectors[0] == vectors[2])
    let ranking = try scorer.rank(query: "cat", documents: ["", "cat", "?!"])
    #expect(ranking.count == 3 && ranking.allSatisfy { $0.scale == .maxSim })
  }

  @Test("Queries have one length, and longer ones are cut")
  func budgets() throws {
    let scorer = try Self.scorer()
    for query in ["?", "cat of the cat", String(repeating: "cat ", count: 400)] {
      #expect(scorer.vectors(ofQuery: query).count == 12)
    }
    let long = String(repeating: "cat ", count: 30)
    let result = try scorer.rerank(
      [Document(id: "a", text: long), Document(id: "b", text: "cat")], for: Query(text: long),
      progress: nil)
    #expect(result.statistics.shortenedDocuments == 1 && result.statistics.shortenedQueries == 1)
    #expect(scorer.vectors(ofDocuments: [long])[0].count == 24)
    let short = try Self.scorer { $0.maximumTokens = 10 }
    #expect(short.vectors(ofDocuments: [long])[0].count == 10)
    // A query's pass, and one for each document.
    #expect(result.statistics.forwardPasses == 3 && result.statistics.tokens == 12 + 24 + 4)
  }

  @Test(
    "Text that spells a marker or a mask stays text",
    arguments: [ColBERTFixture(name: "colbert-ai"), ColBERTFixture(name: "pylate")])
  func controlTokens(fixture: ColBERTFixture) throws {
    let scorer = try Self.scorer(fixture)
    for (spelt, plain) in [
      ("[MASK] cat", "[ mask ] cat"), ("[unused0] cat", "[ unused0 ] cat"),
      ("[Q] cat", "[ q ] cat"), ("[D] the", "[ d ] the"), ("[q] cat", "[ q ] cat"),
      ("[CLS][SEP] a", "[ cls ] [ sep ] a"), ("[unused1]", "[ unused1 ]"),
    ] {
      #expect(scorer.vectors(ofQuery: spelt) == scorer.vectors(ofQuery: plain), "\(spelt)")
      #expect(
        scorer.vectors(ofDocuments: [spelt]) == scorer.vectors(ofDocuments: [plain]), "\(spelt)")
    }
    let recognizing = try Self.scorer(fixture) { $0.specialTokens = .recognized }
    #expect(
      recognizing.vectors(ofQuery: "[MASK] cat") != recognizing.vectors(ofQuery: "[ mask ] cat"))
  }

  @Test("A query without words is refused")
  func emptyQuery() throws {
    let scorer = try Self.scorer()
    #expect(throws: RerankingError.self) { try scorer.rank(query: " ", documents: ["cat"]) }
  }

  @Test("Broken weights are told by the document's name")
  func brokenWeights() throws {
    let scorer = try Self.scorer()
    let query = scorer.vectors(ofQuery: "cat")
    var values = query.values
    let workspace = Workspace()
    func score(_ values: [Float]) -> Double {
      MaxSim.score(
        queries: query.values, queryCount: query.count, documents: values, documentCount: 12,
        dimension: 16, in: workspace)
    }
    #expect(abs(score(values) - 12) <= 1e-5)
    values[40] = .nan
    #expect(score(values).isNaN)
  }

  // MARK: Directories

  @Test("Both forms rank in mode colbert by themselves")
  func modes() throws {
    for fixture in ColBERTFixture.all {
      let model = try TinyColBERT.read(fixture)
      #expect(model.defaultMode == .colbert)
      let reranker = try model.reranker()
      #expect(reranker is ColBERT)
    }
  }

  @Test("A model of another kind is refused, and so is a ColBERT in another mode")
  func refusals() throws {
    let colbert = try TinyColBERT.shared.get()
    for mode in [RankingMode.cross, .mono, .rank, .duo, .monoDuo] {
      var options = RerankerOptions()
      options.mode = mode
      let reason = try #require(refusal { try colbert.reranker(options) }).description
      #expect(reason.contains("found a ColBERT in \(colbert.path), which ranks in mode colbert"))
    }
    var options = RerankerOptions()
    options.mode = .colbert
    for (model, found) in [
      (try ShippedModel.bert(), "a cross-encoder in"), (try ShippedModel.t5(), "a T5 in"),
    ] {
      let reason = try #require(refusal { try model.reranker(options) }).description
      #expect(reason.hasPrefix("expected a ColBERT for mode colbert, found \(found)"))
    }
    for (change, found) in [
      ({ $0.scale = .logit }, "found logit"), ({ $0.prompts = ["monot5"] }, "found monot5"),
      ({ $0.maximumTokens = 65 }, "found 65"), ({ $0.maximumTokens = 3 }, "found 3"),
    ] as [((inout RerankerOptions) -> Void, String)] {
      var options = RerankerOptions()
      change(&options)
      let reason = try #require(refusal { try colbert.reranker(options) }).description
      #expect(reason.contains(found), "\(reason)")
    }
  }

  @Test(
    "Settings that are not computed are refused by file and key",
    arguments: [
      ("colbert-ai", "artifact.metadata", #"{"similarity": "l2"}"#, "similarity: expected"),
      ("colbert-ai", "artifact.metadata", #"{"interaction": "flipr"}"#, "interaction: expected"),
      ("colbert-ai", "artifact.metadata", #"{"query_maxlen": 3}"#, "query_maxlen: expected"),
      ("colbert-ai", "artifact.metadata", #"{"dim": 17}"#, "linear.weight"),
      (
        "colbert-ai", "artifact.metadata",
        #"{"dim": 16, "doc_maxlen": 24, "query_token_id": "[unused7]"}"#,
        "expected the piece \"[unused7]\""
      ),
      (
        "colbert-ai", "artifact.metadata", #"{"dim": 16, "query_maxlen": 65}"#,
        "expected queries of"
      ),
      (
        "colbert-ai", "config.json",
        #"{"architectures": ["HF_ColBERT"], "model_type": "modernbert"}"#,
        "model_type: expected \"bert\" for a ColBERT, found \"modernbert\""
      ),
      (
        "pylate", "1_Dense/config.json", #"{"out_features": 16, "use_residual": true}"#,
        "use_residual: expected false"
      ),
      (
        "pylate", "1_Dense/config.json",
        #"{"out_features": 16, "activation_function": "torch.nn.modules.activation.Tanh"}"#,
        "activation_function: expected"
      ),
      (
        "pylate", "modules.json",
        #"[{"type": "a.Transformer", "path": ""}, {"type": "a.Dense", "path": "../x"}]"#,
        "modules.json: expected a ColBERT's Transformer"
      ),
      (
        "pylate", "modules.json",
        #"[{"type": "a.Transformer", "path": ""}, {"type": "a.Dense", "path": "1"}, {"type": "a.Dense", "path": "2"}]"#,
        "modules.json: expected one Dense"
      ),
      (
        "pylate", "config_sentence_transformers.json", #"{"document_length": "long"}"#,
        "document_length: expected"
      ),
      ("pylate", "reranker.json", #"{"mode": "cross"}"#, "mode: expected colbert for a ColBERT"),
    ])
  func settings(name: String, file: String, text: String, found: String) throws {
    let error = refusal {
      try ColBERT(TinyColBERT.read(ColBERTFixture(name: name), replacing: [file: text]))
    }
    let reason = try #require(error).description
    #expect(reason.contains(found), "\(reason)")
    #expect(!reason.contains("\n"))
  }

  @Test("A model without its settings has colbert-ai's usual ones")
  func usualSettings() throws {
    let text = #"{"dim": 16, "query_maxlen": 12, "doc_maxlen": null}"#
    let error = refusal {
      try ColBERT(TinyColBERT.read(replacing: ["artifact.metadata": text]))
    }
    #expect(error?.description.contains("found 220") == true)
  }

  @Test("The published models are known by their names")
  func known() throws {
    let registry = try CheckpointRegistry.installed()
    for name in ["colbert-ir/colbertv2.0", "answerdotai/answerai-colbert-small-v1"] {
      let known = try #require(registry.checkpoint(inDirectory: "/models/\(name)"))
      #expect(known.use == .ranks(mode: .colbert, prompt: nil, maximumTokens: nil))
    }
  }

  @Test("An index of some vectors gives the scores that all texts give")
  func storedVectors() throws {
    let texts = try ColBERTFixture.texts()
    let plain = try Self.lasting()
    let documents = texts.documents.enumerated().map { Document(id: "\($0)", text: $1) }
    let query = Query(text: "how do vaccines work")
    let expected = try plain.scores(of: documents, for: query).scores
    let some = try HeldVectors(of: Array(documents.prefix(9)), by: plain)
    let scorer = try Self.lasting { $0.documentVectors = some }
    let result = try scorer.rerank(documents, for: query, progress: nil)
    #expect(try scorer.scores(of: documents, for: query).scores == expected)
    #expect(result.statistics.documentsWithVectors == 9)
    #expect(result.statistics.documentsWithoutVectors == documents.count - 9)
    #expect(result.statistics.forwardPasses == documents.count - 9 + 1)
    let all = try Self.lasting { $0.documentVectors = try? HeldVectors(of: documents, by: plain) }
    #expect(try all.rerank(documents, for: query, progress: nil).statistics.forwardPasses == 1)
    // Rounded, every score is of rounded vectors, stored or not.
    let rounded = try [0, 9, documents.count].map { count in
      var held = try HeldVectors(of: Array(documents.prefix(count)), by: plain)
      held.round()
      return try Self.lasting { $0.documentVectors = held }.scores(of: documents, for: query).scores
    }
    #expect(rounded[0] == rounded[1] && rounded[1] == rounded[2])
    #expect(zip(rounded[0], expected).contains { $0.0 != $0.1 })
    // Half precision keeps 11 bits of each number.
    #expect(zip(rounded[0], expected).allSatisfy { abs($0.0 - $0.1) <= 12 * 0x1p-11 })
  }

  @Test("Vectors of another model, other settings or another precision are refused")
  func otherVectors() throws {
    let plain = try Self.lasting()
    let held = try HeldVectors(of: [Document(id: "a", text: "cat")], by: plain)
    func reason(_ change: (inout RerankerOptions) -> Void) throws -> String {
      var options = RerankerOptions()
      options.documentVectors = held
      change(&options)
      return try #require(refusal { try ColBERT(TinyColBERT.shared.get(), options: options) })
        .description
    }
    #expect(try reason { $0.maximumTokens = 20 }.contains("expected vectors of documents of 20"))
    #expect(try reason { $0.specialTokens = .recognized }.contains("found literal"))
    #expect(try reason { $0.precision = .int8 }.contains("expected precision fp32"))
    var other = held
    other.fingerprint = "other"
    #expect(
      try reason { $0.documentVectors = other }.contains("expected vectors of the model in"))
    var options = RerankerOptions()
    options.documentVectors = held
    let mono = refusal { try ShippedModel.t5().reranker(options) }
    #expect(mono?.description == "expected mode colbert beside document vectors, found mode mono")
  }
}

/// Vectors in memory.
struct HeldVectors: DocumentVectors {
  let path = "held"
  var fingerprint: String
  let dimension: Int
  var maximumTokens: Int
  let specialTokens: SpecialTokenPolicy
  private(set) var isRounded = false
  private var vectors: [Document: TokenVectors] = [:]

  init(of documents: [Document], by model: ColBERT) throws {
    fingerprint = try model.fingerprint()
    dimension = model.dimension
    maximumTokens = model.maximumTokens
    specialTokens = model.specialTokens
    let found = model.vectors(ofDocuments: documents.map(\.text))
    for (document, vectors) in zip(documents, found) { self.vectors[document] = vectors }
  }

  mutating func round() {
    isRounded = true
    vectors = vectors.mapValues { vectors in
      TokenVectors(
        dimension: vectors.dimension,
        // 10 bits behind the point of numbers in 2⁻ⁿ ..< 2¹⁻ⁿ; none here is too small for that.
        values: vectors.values.map { value in
          let step = max(value.ulp * 0x1p13, 0x1p-24)
          return (value / step).rounded(.toNearestOrEven) * step
        })
    }
  }

  func vectors(of document: Document) -> (any StoredTokenVectors)? {
    vectors[document].map(Held.init)
  }

  private struct Held: StoredTokenVectors {
    let vectors: TokenVectors
    var count: Int { vectors.count }
    var isShortened: Bool { vectors.isShortened }

    func withFloats<Result>(
      in workspace: Workspace, _ body: (UnsafePointer<Float>) -> Result
    ) -> Result {
      body(vectors.values)
    }
  }
}

/// The greatest difference between numbers at the same places; infinite where one is NaN or missing.
private func greatestDifference(_ found: [Float], _ wanted: [Float]) -> Float {
  guard found.count == wanted.count else { return .infinity }
  return zip(found, wanted).reduce(0) { greatest, pair in
    let difference = abs(pair.0 - pair.1)
    return difference.isNaN ? .infinity : max(greatest, difference)
  }
}
