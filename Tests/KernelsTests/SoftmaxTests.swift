import CKernels
import Support
import Testing

@Suite("Softmax of rows")
struct SoftmaxTests {
  struct Shape {
    var rows = 5
    var columns: Int
    var ld: Int
    var scale: Float = 0.25
    var biasRowStep: Int?
    var valid0 = 0
    var validStep = 0
  }

  /// Scores and factors (none if normalised) of random scores, by one level.
  private func run(
    _ level: Level, _ shape: Shape, normalised: Bool, scores given: [Float]? = nil
  ) -> (scores: [Float], factors: [Float]) {
    var random = SeededRandom(seed: 21)
    var scores = given ?? random.floats(shape.rows * shape.ld, bound: 30)
    let bias = random.floats((shape.rows + 1) * (shape.columns + 1), bound: 4)
    var factors = [Float](repeating: 9, count: shape.rows)
    bias.withUnsafeBufferPointer { bias in
      // A negative step begins at the last row's place.
      let step = shape.biasRowStep ?? 0
      let start = bias.baseAddress.map { $0 + max(0, -step * (shape.rows - 1)) }
      factors.withUnsafeMutableBufferPointer { factors in
        level.kernels.softmax_bias_rows(
          &scores, shape.ld, shape.rows, shape.columns, shape.scale,
          shape.biasRowStep == nil ? nil : start, step, shape.valid0, shape.validStep,
          normalised ? nil : factors.baseAddress)
      }
    }
    return (scores, normalised ? [] : factors)
  }

  private var shapes: [Shape] {
    lengths.flatMap { columns in
      [
        Shape(columns: columns, ld: columns),
        Shape(columns: columns, ld: columns + 5, biasRowStep: columns + 1),
        Shape(columns: columns, ld: columns + 1, biasRowStep: -1),
        Shape(columns: columns, ld: columns, scale: 1, biasRowStep: 0, valid0: 1, validStep: 1),
        Shape(columns: columns, ld: columns + 2, valid0: 3, validStep: 7),
      ]
    }
  }

  @Test("powers, factors and probabilities match the reference", arguments: Level.vectors)
  func matchesReference(_ level: Level) {
    for shape in shapes {
      for normalised in [false, true] {
        let found = run(level, shape, normalised: normalised)
        let wanted = run(.plain, shape, normalised: normalised)
        // A score of up to 11.5 is rounded to 5e-7, which exp passes on; sums add about 1e-7.
        #expect(greatestError(found.scores, wanted.scores) <= 2e-6, "\(shape)")
        #expect(greatestError(found.factors, wanted.factors) <= 2e-6, "\(shape)")
      }
    }
  }

  @Test(
    "probabilities add up to one, and masked columns are exactly zero", arguments: Level.vectors)
  func sums(_ level: Level) {
    let shape = Shape(rows: 40, columns: 40, ld: 41, valid0: 1, validStep: 1)
    let found = run(level, shape, normalised: true).scores
    for row in 0..<40 {
      let values = found[row * 41..<row * 41 + 40]
      #expect(abs(values.reduce(0, +) - 1) <= 1e-6)
      #expect(values.dropFirst(row + 1).allSatisfy { $0.bitPattern == 0 })
      #expect(values.prefix(row + 1).allSatisfy { $0 > 0 })
    }
  }

  @Test("what lies between rows is not touched", arguments: Level.vectors)
  func gaps(_ level: Level) {
    let shape = Shape(columns: 19, ld: 24)
    let scores = (0..<shape.rows * 24).map { $0 % 24 < 19 ? Float(1) : -77 }
    let found = run(level, shape, normalised: false, scores: scores).scores
    for (place, value) in found.enumerated() where place % 24 >= 19 { #expect(value == -77) }
  }

  @Test("a row's bits do not depend on its place or its address", arguments: Level.vectors)
  func stability(_ level: Level) {
    for columns in [1, 7, 16, 33, 100, 257] {
      var shape = Shape(rows: 32, columns: columns, ld: columns)
      var random = SeededRandom(seed: 22)
      let scores = random.floats(32 * columns, bound: 30)
      let together = run(level, shape, normalised: false, scores: scores)
      shape.rows = 1
      for row in (0..<32).shuffled(using: &random) {
        let range = row * columns..<(row + 1) * columns
        let alone = run(level, shape, normalised: false, scores: Array(scores[range]))
        #expect(alone.scores.bits == Array(together.scores[range]).bits)
        #expect(alone.factors.bits == [together.factors[row]].bits)
      }
    }
  }

  @Test("great scores do not overflow", arguments: Level.vectors)
  func greatScores(_ level: Level) {
    let shape = Shape(rows: 1, columns: 3, ld: 3, scale: 1)
    let found = run(level, shape, normalised: true, scores: [3e38, -3e38, 3e38])
    #expect(found.scores == [0.5, 0, 0.5])
  }

  @Test(
    "−∞ masks one score; a row of nothing else, or with NaN, has the factor NaN",
    arguments: Level.vectors)
  func specials(_ level: Level) {
    let shape = Shape(rows: 1, columns: 20, ld: 20, scale: 1)
    var scores = [Float](repeating: 0, count: 20)
    scores[19] = -.infinity
    let masked = run(level, shape, normalised: false, scores: scores)
    #expect(masked.scores == [Float](repeating: 1, count: 19) + [0])
    #expect(masked.factors == [1 / 19])
    let nothing = [Float](repeating: -.infinity, count: 20)
    #expect(run(level, shape, normalised: false, scores: nothing).factors[0].isNaN)
    scores[3] = .nan
    #expect(run(level, shape, normalised: false, scores: scores).factors[0].isNaN)
  }
}
