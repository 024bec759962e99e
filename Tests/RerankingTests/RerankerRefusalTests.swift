import RankingCore
import Reranking
import Testing

@Suite("Options that do not fit")
struct RerankerRefusalTests {
  struct Case: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let usesBERT: Bool
    let found: String
    let change: @Sendable (inout RerankerOptions) -> Void

    init(
      _ description: String, bert: Bool = false, says found: String,
      _ change: @Sendable @escaping (inout RerankerOptions) -> Void
    ) {
      testDescription = description
      usesBERT = bert
      self.found = found
      self.change = change
    }
  }

  static let cases = [
    Case("mono on a BERT", bert: true, says: "expected a T5 for mode mono") { $0.mode = .mono },
    Case("duo on a BERT", bert: true, says: "expected a T5 for mode duo") { $0.mode = .duo },
    Case("mono-duo on a BERT", bert: true, says: "expected a T5") { $0.mode = .monoDuo },
    Case("cross on a T5", says: "expected a cross-encoder for mode cross") { $0.mode = .cross },
    Case("a prompt of another mode", says: "found monot5 of mode mono") {
      $0.mode = .rank
      $0.prompts = ["monot5"]
    },
    Case("a rank prompt for mono-duo", says: "expected a prompt of mode mono or duo") {
      $0.mode = .monoDuo
      $0.prompts = ["duot5", "rankt5"]
    },
    Case("two prompts of one mode", says: "found monot5 and monot5-yes-no") {
      $0.prompts = ["monot5", "monot5-yes-no"]
    },
    Case("an unknown prompt", says: "did you mean monot5") { $0.prompts = ["monot6"] },
    Case("a prompt for a cross-encoder", bert: true, says: "expected no prompt") {
      $0.prompts = ["monot5"]
    },
    Case("an expected value of mono", says: "found expected-value") { $0.scale = .expectedValue },
    Case("a probability of the paper's RankT5", says: "found probability") {
      $0.mode = .rank
      $0.prompts = ["rankt5"]
      $0.scale = .probability
    },
    Case("a preference of a cross-encoder", bert: true, says: "found preference") {
      $0.scale = .preference
    },
    Case("a budget too small", says: "found 3") { $0.maximumTokens = 3 },
    Case("a budget too small for a pair", bert: true, says: "found 4") { $0.maximumTokens = 4 },
    Case("a budget beyond the positions", bert: true, says: "at most 512 tokens") {
      $0.maximumTokens = 513
    },
    Case("a budget beyond sense", says: "found 9000000") { $0.maximumTokens = 9_000_000 },
    Case("no threads", says: "at least one thread") { $0.threads = 0 },
    Case("empty batches", says: "at least one token") { $0.batchTokens = 0 },
    Case("no depth", says: "a depth of at least 1") {
      $0.mode = .duo
      $0.depth = 0
    },
  ]

  @Test("are refused in one sentence", arguments: cases)
  func refuses(refused: Case) throws {
    let model = try refused.usesBERT ? ShippedModel.bert() : ShippedModel.t5()
    var options = RerankerOptions()
    refused.change(&options)
    let error = try #require(refusal { try model.reranker(options) })
    guard case .unusableOptions(let reason) = error else {
      Issue.record("\(error)")
      return
    }
    #expect(reason.contains(refused.found), "\(reason)")
  }

  @Test("A scale of mono-duo is that of the documents that only mono scored")
  func scaleOfCascade() throws {
    for (scale, expected) in [
      (nil, ScoreScale.logit), (.preference, .logit), (.probability, .probability),
    ] as [(ScoreScale?, ScoreScale)] {
      var options = RerankerOptions()
      options.mode = .monoDuo
      options.depth = 2
      options.scale = scale
      let ranking = try ShippedModel.t5().reranker(options).rerank(
        Passages.documents, for: Passages.query, progress: nil
      ).ranking
      #expect(ranking.prefix(2).allSatisfy { $0.scale == .preference })
      #expect(ranking.dropFirst(2).allSatisfy { $0.scale == expected })
    }
  }

  @Test("Labels that the model's vocabulary lacks are refused")
  func labels() throws {
    var options = RerankerOptions()
    options.prompts = ["monoptt5"]
    let error = refusal { try ShippedModel.t5().reranker(options) }
    guard case .unusablePrompt = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }
}
