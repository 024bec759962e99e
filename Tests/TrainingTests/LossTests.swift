import Foundation
import Kernels
import Support
import Testing
import Training

/// Losses equal their formulas, and their slopes the differences of nearby losses.
@Suite struct LossTests {
  static let labels = [1.0, 0, 0, 2, 0]
  static let teacher = [2.5, -1, 0.25, 1.5, -3]
  static let scores = [0.3, -0.7, 1.2, 0.1, -2]

  static let targets = [
    RankingLoss.Targets(labels: labels), RankingLoss.Targets(labels: labels, teacher: teacher),
  ]

  @Test("The slope of a loss is its rise", arguments: RankingLoss.allCases, targets)
  func slopes(loss: RankingLoss, targets: RankingLoss.Targets) {
    let slopes = loss.evaluate(Self.scores, targets).slopes
    for index in Self.scores.indices {
      let rise = difference { delta in
        var scores = Self.scores
        scores[index] += delta
        return loss.evaluate(scores, targets).loss
      }
      // Central differences of a smooth function, in double precision.
      #expect(abs(rise - slopes[index]) < 1e-6, "score \(index)")
    }
  }

  @Test("The slope of a comparison of states is its rise, and rows that are not compared have none")
  func stateSlopes() throws {
    var random = SeededRandom(seed: 3)
    let workspace = Workspace()
    func matrix(_ values: [Float]) -> Matrix {
      let matrix = workspace.matrix(rows: values.count / 4, columns: 4)
      for (index, value) in values.enumerated() { matrix.pointer[index] = value }
      return matrix
    }
    let numbers = (0..<44).map { _ in Float.random(in: -1...1, using: &random) }
    let (states, wanted) = (Array(numbers[..<20]), matrix(Array(numbers[20...])))
    var weights = TaskRecipe.StateWeights()
    (weights.cosine, weights.meanCosine, weights.squared) = (0.7, 0.4, 0.6)
    let compared = StateLoss(wanted: wanted, rows: [1, -1, 3, 4, 5], weights: weights)
    func loss(_ states: [Float], _ gradient: inout [Float]) -> Double {
      compared.addText(matrix(states), 0..<5, wantedText: 0..<6, weight: 1, to: &gradient).loss
    }
    var gradient = [Float](repeating: 0, count: 20)
    _ = loss(states, &gradient)
    for index in 0..<20 {
      var unread = gradient
      let rise = difference(step: 1e-2) { delta in
        var moved = states
        moved[index] += Float(delta)
        return loss(moved, &unread)
      }
      // Central differences in single precision.
      #expect(abs(rise - Double(gradient[index])) < 2e-3, "\(index)")
    }
  }

  @Test("The slope of a label loss is its rise, and 0 where outputs are as wanted")
  func labelSlopes() {
    let outputs = [0.2, -1, 3]
    let wanted = [0.1, 0.7, 0.2]
    let slopes = LabelLoss.evaluate(outputs, wanted: wanted).slopes
    for index in outputs.indices {
      let rise = difference { delta in
        var outputs = outputs
        outputs[index] += delta
        return LabelLoss.evaluate(outputs, wanted: wanted).loss
      }
      #expect(abs(rise - slopes[index]) < 1e-6)
    }
    let atRest = LabelLoss.evaluate(wanted.map { log($0) }, wanted: wanted).slopes
    #expect(atRest.allSatisfy { abs($0) < 1e-12 })
  }

  @Test(
    "The slope of a score is its rise by each output",
    arguments: [
      ScoreHead.difference(yes: 2, no: 0), .expectation([0, 1, 2]), .output(1),
    ])
  func heads(head: ScoreHead) {
    let outputs = [0.2, -1, 0.5]
    let slopes = head.score(outputs).slopes
    for index in outputs.indices {
      let rise = difference { delta in
        var outputs = outputs
        outputs[index] += delta
        return head.score(outputs).score
      }
      #expect(abs(rise - slopes[index]) < 1e-6)
    }
  }

  @Test("Binary cross-entropy of labels is the mean of −log p of what is so")
  func binary() {
    let loss = RankingLoss.binary.evaluate([0, 2], RankingLoss.Targets(labels: [1, 0])).loss
    #expect(abs(loss - (log(2) + log(1 + exp(2.0))) / 2) < 1e-12)
  }

  @Test("Listwise softmax is −Σ y log p, and Poly1 adds Σ y (1 − p)")
  func listwise() {
    let targets = RankingLoss.Targets(labels: [1, 0, 1])
    let scores = [1.0, 0, 2]
    let total = exp(1.0) + 1 + exp(2.0)
    let shares = [exp(1.0) / total, 1 / total, exp(2.0) / total]
    let wanted = -(log(shares[0]) + log(shares[2])) / 2
    #expect(abs(RankingLoss.listwise.evaluate(scores, targets).loss - wanted) < 1e-12)
    let poly = wanted + ((1 - shares[0]) + (1 - shares[2])) / 2
    #expect(abs(RankingLoss.poly1.evaluate(scores, targets).loss - poly) < 1e-12)
  }

  @Test("RankNet is the mean of log(1 + exp(s_j − s_i)) over pairs in which i is better")
  func pairwise() {
    let loss = RankingLoss.pairwise.evaluate([0, 1, 3], RankingLoss.Targets(labels: [2, 1, 0])).loss
    let wanted = (log(1 + exp(1.0)) + log(1 + exp(3.0)) + log(1 + exp(2.0))) / 3
    #expect(abs(loss - wanted) < 1e-12)
  }

  @Test("MarginMSE compares margins of a positive over negatives with the teacher's")
  func margins() {
    let targets = RankingLoss.Targets(labels: [1, 0, 0], teacher: [3, 1, 2])
    let loss = RankingLoss.marginMSE.evaluate([2, 1, 0], targets).loss
    #expect(abs(loss - (pow(1 - 2, 2) + pow(2.0 - 1, 2)) / 2) < 1e-12)
  }

  @Test("A list without a relevant candidate, or with equal ones, teaches nothing")
  func nothing() {
    for loss in [RankingLoss.listwise, .poly1, .pairwise, .marginMSE] {
      let (value, slopes) = loss.evaluate([1, 2], RankingLoss.Targets(labels: [0, 0]))
      #expect(value == 0 && slopes == [0, 0])
    }
  }

  @Test("Huge scores overflow nothing", arguments: RankingLoss.allCases)
  func extremes(loss: RankingLoss) {
    let targets = RankingLoss.Targets(labels: [1, 0], teacher: [1e3, -1e3])
    let (value, slopes) = loss.evaluate([-1e4, 1e4], targets)
    #expect(value.isFinite && slopes.allSatisfy(\.isFinite))
  }

  @Test("A distribution over ratings has its mean at the wanted rating")
  func ratings() {
    let values = (0...9).map(Double.init)
    let about = LabelLoss.distribution(over: values, about: 4.3, width: 0.8)
    #expect(abs(about.reduce(0, +) - 1) < 1e-12)
    // A Gaussian on whole numbers of this width: the error of its mean is below a thousandth.
    #expect(abs(zip(values, about).reduce(0) { $0 + $1.0 * $1.1 } - 4.3) < 1e-2)
    let hard = LabelLoss.distribution(over: values, about: 4.3, width: 0)
    #expect(hard.firstIndex(of: 1) == 4 && hard.reduce(0, +) == 1)
  }

  private func difference(step delta: Double = 1e-5, _ body: (Double) -> Double) -> Double {
    (body(delta) - body(-delta)) / (2 * delta)
  }
}
