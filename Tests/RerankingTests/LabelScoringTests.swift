import Foundation
import JSON
import RankingCore
import Reranking
import Testing

@Suite("Scores of labels")
struct LabelScoringTests {
  private func mono(positiveFirst: Bool = false) throws -> Prompt {
    let labels: [JSONValue] = [
      ["pieces": ["▁false"], "value": 0], ["pieces": ["▁true"], "value": 1],
    ]
    return try Prompt(
      parsing: promptFile(["labels": .array(positiveFirst ? labels.reversed() : labels)]), path: "p"
    )
  }

  private func digits() throws -> Prompt {
    try Prompt(
      parsing: promptFile([
        "mode": "rank", "scoring": "expected-value", "labels": digitLabels,
      ]), path: "p")
  }

  private func logit() throws -> Prompt {
    try Prompt(
      parsing: promptFile([
        "mode": "rank", "scoring": "logit", "labels": [["pieces": ["<extra_id_10>"], "value": 1]],
      ]), path: "p")
  }

  @Test("Log-odds are the positive label's logit less the negative's, wherever they stand")
  func logOdds() throws {
    #expect(try LabelScoring(try mono()).score([-1, 2.5]).score == 3.5)
    #expect(try LabelScoring(try mono(positiveFirst: true)).score([2.5, -1]).score == 3.5)
    #expect(try LabelScoring(try mono()).scale == .logit)
    #expect(try LabelScoring(try mono()).score([-1, 2.5]).distribution == nil)
    #expect(try LabelScoring(try mono()).logOdds([-1, 2.5]) == LogOdds(3.5))
  }

  @Test("Log-probability and probability are those of the positive label")
  func otherScales() throws {
    let logits = [0, log(3.0)]
    let probability = try LabelScoring(try mono(), scale: .probability)
    #expect(abs(probability.score(logits).score - 0.75) < 1e-15)
    #expect(probability.scale == .probability)
    let logProbability = try LabelScoring(try mono(), scale: .logProbability)
    #expect(abs(logProbability.score(logits).score - log(0.75)) < 1e-15)
    #expect(probability.score([7.25, 7.25]).score == 0.5)
    #expect(probability.score([-1e4, 1e4]).score == 1)
    #expect(logProbability.score([1e4, -1e4]).score == -2e4)
  }

  @Test("The expected value weighs each rating by its probability")
  func expectedValue() throws {
    let scoring = try LabelScoring(try digits())
    #expect(scoring.scale == .expectedValue)
    // All ratings alike: the mean of 0…9.
    let even = scoring.score(Array(repeating: -3, count: 10))
    #expect(abs(even.score - 4.5) < 1e-14)
    #expect(even.distribution?.allSatisfy { $0 == 0.1 } == true)
    // Rating 2 with ¼ and rating 8 with ¾: 6.5.
    var logits = Array(repeating: -1e4, count: 10)
    logits[2] = 5
    logits[8] = 5 + log(3)
    let score = scoring.score(logits)
    #expect(abs(score.score - 6.5) < 1e-14)
    #expect(abs((score.distribution?[8] ?? 0) - 0.75) < 1e-15)
    #expect(score.distribution?[0] == 0)
  }

  @Test("An expected value's share of the greatest rating has a probability's scales")
  func expectedShare() throws {
    // Rating 2 with ¼ and rating 8 with ¾: 6.5 of 9.
    var logits = Array(repeating: -1e4, count: 10)
    logits[2] = 5
    logits[8] = 5 + log(3)
    let share = 6.5 / 9
    let wanted: [(ScoreScale, Double)] = [
      (.probability, share), (.logProbability, log(share)), (.logit, log(share / (1 - share))),
    ]
    for (scale, value) in wanted {
      let score = try LabelScoring(try digits(), scale: scale).score(logits)
      #expect(abs(score.score - value) < 1e-14)
      #expect(abs((score.distribution?[2] ?? 0) - 0.25) < 1e-15)
    }
    // All but certain of the best rating: 1 as a probability, and still in order as a logit.
    let logit = try LabelScoring(try digits(), scale: .logit)
    let scores = [100.0, 200].map { top in
      logit.score(Array(repeating: 0, count: 9) + [top]).score
    }
    #expect(scores[0] > 90 && scores[1] > scores[0] + 90)
  }

  @Test("Huge logits neither overflow nor lose the others", arguments: [1e4, -1e4, 0, 700])
  func shift(offset: Double) throws {
    let scoring = try LabelScoring(try digits())
    let logits = (0..<10).map { offset + Double($0) / 8 }
    let expected = scoring.score(logits.map { $0 - offset }).score
    // A shift by 10⁴ rounds logits to 2e-12.
    #expect(abs(scoring.score(logits).score - expected) < 1e-10)
  }

  @Test("Values need not be integers, nor in order")
  func otherValues() throws {
    let prompt = try Prompt(
      parsing: promptFile([
        "mode": "rank", "scoring": "expected-value",
        "labels": [["pieces": ["good"], "value": 0.5], ["pieces": ["bad"], "value": -2]],
      ]), path: "p")
    let score = try LabelScoring(prompt).score([log(3), 0])
    #expect(abs(score.score - (0.75 * 0.5 - 0.25 * 2)) < 1e-15)
    #expect(score.distribution == nil)
  }

  @Test("A logit is handed on untouched")
  func rawLogit() throws {
    let scoring = try LabelScoring(try logit())
    #expect(scoring.scale == .logit)
    #expect(scoring.score([-123.456]).score == -123.456)
  }

  @Test("A logit that is not finite is not hidden")
  func notFinite() throws {
    #expect(try LabelScoring(try mono()).score([.nan, 0]).score.isNaN)
    #expect(try LabelScoring(try mono(), scale: .probability).score([0, .nan]).score.isNaN)
    #expect(
      try LabelScoring(try digits()).score([.nan] + Array(repeating: 0, count: 9)).score.isNaN)
    #expect(
      try LabelScoring(try digits()).score(Array(repeating: 0, count: 9) + [.nan]).score.isNaN)
    #expect(
      try LabelScoring(try digits()).score([.infinity] + Array(repeating: 0, count: 9)).score.isNaN)
  }

  @Test("Each rule offers the scales that make sense for it, and refuses others by name")
  func offeredScales() throws {
    let offered: [(Prompt, Set<ScoreScale>, String)] = [
      (try mono(), [.logit, .logProbability, .probability], "logit, log-probability, probability"),
      (
        try digits(), [.expectedValue, .logit, .logProbability, .probability],
        "expected-value, logit, log-probability, probability"
      ), (try logit(), [.logit], "logit"),
    ]
    for (prompt, scales, words) in offered {
      for scale in ScoreScale.allCases {
        if scales.contains(scale) {
          #expect(try LabelScoring(prompt, scale: scale).scale == scale)
        } else {
          let error = #expect(throws: RerankingError.self) {
            try LabelScoring(prompt, scale: scale)
          }
          #expect(
            error?.description
              == "expected a score that prompt test offers (\(words)), found \(scale.rawValue)")
        }
      }
    }
  }
}
