import Foundation
import JSON
import RankingCore
import Reranking
import Testing
import Tokenization

/// A tiny random model of a T5 family that reads bytes, and transformers' scores of some texts by it; made by
/// scripts/golden/families.py.
struct ScoredFamily: Sendable {
  let folder: String
  let query: Query
  let documents: [Document]
  private let golden: [JSONValue]

  init(_ name: String) throws {
    folder = ShippedModel.package.appendingPathComponent("Tests/Fixtures/families/\(name)").path
    let file = try JSONValue(
      parsing: [UInt8](Data(contentsOf: URL(fileURLWithPath: "\(folder)/golden.json"))))
    query = Query(id: "q", text: try #require(file["query"]?.string))
    golden = try #require(file["documents"]?.array)
    documents = try golden.enumerated().map {
      Document(id: "d\($0.offset)", text: try #require($0.element["text"]?.string))
    }
  }

  /// The reference's numbers of one kind, one a document.
  func numbers(_ key: String) throws -> [Double] {
    try golden.map { try #require($0[key]?.double) }
  }

  /// The classifier's outputs as log-odds.
  func logits() throws -> [Double] {
    try golden.map { entry in
      let outputs = try #require(entry["cross"]?.array).compactMap(\.double)
      return outputs.count == 1 ? outputs[0] : outputs[1] - outputs[0]
    }
  }
}

@Suite("Every T5 family scores texts as transformers does")
struct FamilyParityTests {
  static let generators = ["t5-1.0", "t5-1.1", "flan", "mt5", "umt5", "byt5"]
  static let classifiers = [
    "t5-classifier", "mt5-classifier", "umt5-classifier", "rankt5-first", "rankt5-naver",
    "rankt5-naver-plain",
  ]

  // The project's parity tolerance. A label of five bytes is a sum of five logits and five totals, so its
  // likelihood may be off by ten times as much in the worst case; it is not.
  static let tolerance = 1e-4

  private func expectClose(_ found: [Double], _ wanted: [Double]) {
    #expect(found.count == wanted.count)
    for (index, (found, wanted)) in zip(found, wanted).enumerated() {
      #expect(abs(found - wanted) <= Self.tolerance, "document \(index): \(found), not \(wanted)")
    }
  }

  @Test("mono, by labels of several bytes", arguments: generators)
  func mono(name: String) throws {
    let family = try ScoredFamily(name)
    let scored = try MonoT5(ModelDirectory(path: family.folder))
      .scores(of: family.documents, for: family.query)
    expectClose(scored.scores, try family.numbers("mono"))
    #expect(scored.statistics.shortenedDocuments == 1)
  }

  @Test("rank, by digits and by the paper's sentinel", arguments: generators)
  func rank(name: String) throws {
    let family = try ScoredFamily(name)
    let model = try ModelDirectory(path: family.folder)
    for (prompt, key) in [("rankt5-digits", "rank"), ("rankt5", "rankt5")] {
      var options = RerankerOptions()
      options.prompts = [prompt]
      let scored = try RankT5(model, options: options)
        .scores(of: family.documents, for: family.query)
      expectClose(scored.scores, try family.numbers(key))
    }
  }

  @Test("duo, each text against the next", arguments: generators)
  func duo(name: String) throws {
    let family = try ScoredFamily(name)
    let scorer = try DuoT5(ModelDirectory(path: family.folder))
    let pairs = family.documents.indices.map {
      IndexPair(first: $0, second: ($0 + 1) % family.documents.count)
    }
    let answers = try scorer.preferences(
      among: family.documents, pairs: pairs, for: family.query
    ).preferences
    let found = try pairs.map { try #require(answers[$0.first, over: $0.second]).value }
    expectClose(found, try family.numbers("duo"))
  }

  @Test("cross, by each kind of classifier", arguments: classifiers)
  func cross(name: String) throws {
    let family = try ScoredFamily(name)
    let model = try ModelDirectory(path: family.folder)
    #expect(model.defaultMode == .cross)
    var options = RerankerOptions()
    options.scale = .logit
    // One thread and one batch, then a batch for each text: neighbours must not matter.
    for batchTokens in [100_000, 1] {
      options.batchTokens = batchTokens
      let reranker = try #require(try model.reranker(options) as? CrossEncoder)
      let scored = try reranker.scores(of: family.documents, for: family.query)
      expectClose(scored.scores, try family.logits())
    }
  }

  @Test("A T5 with a classifier means what a cross-encoder of as many labels means")
  func scales() throws {
    for (name, scale) in [
      ("t5-classifier", ScoreScale.probability), ("mt5-classifier", .logProbability),
    ] {
      let family = try ScoredFamily(name)
      let scored = try CrossEncoder(ModelDirectory(path: family.folder))
        .scores(of: family.documents, for: family.query)
      #expect(scored.scale == scale)
      for (score, logit) in zip(scored.scores, try family.logits()) {
        let odds = LogOdds(logit)
        let wanted = scale == .probability ? odds.probability : odds.logProbability
        #expect(abs(score - wanted) <= Self.tolerance)
      }
    }
  }

  @Test("A T5 with a classifier ranks in no other mode, and one without it not in mode cross")
  func otherModes() throws {
    let classifier = try ModelDirectory(path: ScoredFamily("t5-classifier").folder)
    for mode in [RankingMode.mono, .rank, .duo, .monoDuo] {
      var options = RerankerOptions()
      options.mode = mode
      let error = refusal { try classifier.reranker(options) }
      #expect(error?.description.contains("found a T5 with a classifier in") == true)
    }
    let byt5 = try ModelDirectory(path: ScoredFamily("byt5").folder)
    #expect(refusal { try CrossEncoder(byt5) }?.description.contains("found a T5 in") == true)
  }

  @Test(
    "ByT5 is told by its tokenizer's class in either file, and has as many extra ids as one says")
  func byteTokenizer() throws {
    let folder = try ScoredFamily("byt5").folder
    // transformers 5 saves the second, and lists the extra ids themselves elsewhere.
    for settings in [nil, #"{"tokenizer_class": "ByT5Tokenizer", "extra_ids": 0}"#] {
      let texts = settings.map { ["tokenizer_config.json": $0] } ?? [:]
      try withModelFolder(
        of: folder, replacing: texts, without: ["tokenizer_config.json"]
      ) { folder in
        let tokenizer = try ModelDirectory(path: folder).tokenizer
        #expect(tokenizer is ByteTokenizer)
        #expect(tokenizer.token(for: "<extra_id_124>") == 383)
      }
    }
    let settings = #"{"tokenizer_class": "ByT5Tokenizer", "extra_ids": 126}"#
    try withModelFolder(of: folder, replacing: ["tokenizer_config.json": settings]) { folder in
      #expect(
        refusal { try ModelDirectory(path: folder) }
          == .unusableModel(
            path: "\(folder)/tokenizer_config.json",
            reason: "expected at most 384 tokens, the rows of the model's embedding, found 385"))
    }
    let other = #"{"tokenizer_class": "T5Tokenizer"}"#
    try withModelFolder(of: folder, replacing: ["tokenizer_config.json": other]) { folder in
      #expect(
        refusal { try ModelDirectory(path: folder) }?.description.contains("spiece.model") == true)
    }
  }
}
