import Checkpoints
import Foundation
import JSON
import Kernels
import RankingCore
import Reranking
import Testing
import Tokenization
import Transformers

@Suite(
  "Labels of several pieces",
  .enabled(if: InterimModel.isThere, "needs ../shared/bootstrap beside the project"))
struct MultiPieceLabelTests {
  @Test("The seed's duo compares whole-sequence log-likelihoods, as computed step by step")
  func seedDuo() throws {
    let path = InterimModel.path("t5rank-mini")
    let directory = try InterimModel.t5()
    var options = RerankerOptions()
    options.prompts = ["seed-duo"]
    let documents = [Passages.documents[0], Passages.documents[1]]
    let compared = try DuoT5(directory, options: options).preferences(
      among: documents, pairs: PairSelection.allOrdered.pairs(count: 2), for: Passages.query
    ).preferences

    let checkpoint = try CheckpointDirectory.open(path)
    var declarations = ParameterDeclarations(for: checkpoint.tensors)
    let configuration = try JSONValue(
      parsing: [UInt8](Data(contentsOf: URL(fileURLWithPath: "\(path)/config.json"))))
    let model = T5Model(
      try T5Configuration(configuration, path: path), declaring: &declarations)
    var backend = InferenceBackend(parameters: try Parameters(declarations, from: checkpoint))
    let tokenizer = directory.tokenizer

    for (first, second) in [(0, 1), (1, 0)] {
      let text =
        "Query: \(Passages.query.text) Document1: \(documents[first].text) "
        + "Document2: \(documents[second].text) More relevant:"
      let batch = PackedBatch([tokenizer.encode(text) + [1]])
      let context = model.encode(batch, on: &backend)
      let logLikelihoods = try [["▁Document", "1"], ["▁Document", "2"]].map { pieces -> Double in
        let label = try pieces.map { try #require(tokenizer.token(for: $0)) }
        var cache = T5DecoderCache<Matrix>()
        var sum = 0.0
        for (input, output) in zip([0, label[0]], label) {
          let states = model.step(
            [input], cache: &cache, over: context, offsets: batch.offsets, on: &backend)
          let logits = model.logits(from: states, on: &backend)[0].map(Double.init)
          let greatest = logits.max() ?? 0
          let total = greatest + log(logits.reduce(0) { $0 + exp($1 - greatest) })
          sum += logits[Int(output)] - total
        }
        return sum
      }
      let answer = try #require(compared[first, over: second])
      // Two sums of float logits of about 10, and a float log-sum-exp of 32,128 of them.
      #expect(abs(answer.value - (logLikelihoods[0] - logLikelihoods[1])) < 1e-4)
    }
  }

  @Test("A mono prompt may have labels of several pieces, of different lengths")
  func mono() throws {
    let text = promptFile([
      "labels": [
        ["pieces": ["▁Document", "1"], "value": 0], ["pieces": ["▁true"], "value": 1],
      ]
    ])
    try withTemporaryFolder { folder in
      try write(text, to: "\(folder)/own.json")
      var options = RerankerOptions()
      options.prompts = ["\(folder)/own.json"]
      let scores = try MonoT5(InterimModel.t5(), options: options).scores(
        of: Passages.documents, for: Passages.query)
      #expect(scores.scores.allSatisfy { $0.isFinite })
      #expect(Set(scores.scores).count == Passages.documents.count)
    }
  }
}
