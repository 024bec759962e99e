import CKernels
import Foundation
import Support
import Testing

/// Backward kernels against the scalar reference, and the reference against differences of the
/// forward kernels.
@Suite struct GradientKernelTests {
  static let activations = [
    T5K_NONE, T5K_RELU, T5K_GELU_ERF, T5K_GELU_TANH, T5K_SILU, T5K_TANH, T5K_SIGMOID,
  ]
  static let columns = [1, 3, 16, 17, 64, 100]
  static let rows = 5

  /// What a backward kernel gives.
  struct Outcome {
    var dx: [Float]
    var dgain: [Float]
    var dbias: [Float]
  }

  @Test("Activations' slopes equal the reference's at every level", arguments: Level.vectors)
  func activationLevels(level: Level) {
    var random = SeededRandom(seed: 31)
    for kind in Self.activations {
      let x = random.floats(517, bound: 6) + [0, -0.0, 30, -30]
      let dy = random.floats(x.count)
      var (found, wanted) = (x, x)
      level.kernels.activate_backward(kind, x, dy, &found, x.count)
      Level.plain.kernels.activate_backward(kind, x, dy, &wanted, x.count)
      // Some ulps of terms up to x · u′ ≈ 30 that cancel, where the slope goes to 0 or 1.
      #expect(greatestError(found, wanted) < 3e-6, "activation \(kind)")
    }
  }

  @Test("Activations' slopes are the rise of the activation")
  func activationSlopes() {
    let x = stride(from: Float(-4.03), to: 4, by: 0.17).map { $0 }
    for kind in Self.activations {
      var slopes = x
      let ones = [Float](repeating: 1, count: x.count)
      Level.plain.kernels.activate_backward(kind, x, ones, &slopes, x.count)
      let step: Float = 1.0 / 64
      var (above, below) = (x, x)
      Level.plain.kernels.activate(kind, x.map { $0 + step }, &above, x.count)
      Level.plain.kernels.activate(kind, x.map { $0 - step }, &below, x.count)
      for index in x.indices where kind != T5K_RELU || abs(x[index]) > step {
        let rise = (above[index] - below[index]) / (2 * step)
        // The third derivative times step²/6, and rounding over the step.
        #expect(abs(rise - slopes[index]) < 2e-4, "activation \(kind) at \(x[index])")
      }
    }
  }

  private func norm(
    _ level: Level, isLayer: Bool, _ x: [Float], _ gain: [Float], _ dy: [Float], _ columns: Int
  ) -> Outcome {
    // Gradients are added to what is there.
    var out = Outcome(
      dx: x.map { _ in 0.5 }, dgain: gain.map { _ in 0.25 }, dbias: gain.map { _ in -1 })
    let rows = x.count / columns
    if isLayer {
      level.kernels.layer_norm_backward(
        x, gain, 1e-5, dy, &out.dx, &out.dgain, &out.dbias, rows, columns)
    } else {
      level.kernels.rms_norm_backward(x, gain, 1e-5, dy, &out.dx, &out.dgain, rows, columns)
    }
    return out
  }

  @Test("Norms' gradients equal the reference's at every level", arguments: Level.vectors)
  func normLevels(level: Level) {
    var random = SeededRandom(seed: 32)
    for columns in Self.columns {
      let x = random.floats(Self.rows * columns, bound: 2).map { $0 + 0.5 }
      let gain = random.floats(columns, bound: 2)
      let dy = random.floats(Self.rows * columns)
      for isLayer in [false, true] where !isLayer || columns > 1 {
        let found = norm(level, isLayer: isLayer, x, gain, dy, columns)
        let wanted = norm(.plain, isLayer: isLayer, x, gain, dy, columns)
        // Sums of up to 100 products, against double precision.
        #expect(greatestError(found.dx, wanted.dx) < 2e-5)
        #expect(greatestError(found.dgain, wanted.dgain) < 2e-5)
        #expect(greatestError(found.dbias, wanted.dbias) < 2e-5)
      }
    }
  }

  @Test("Norms' gradients are the rise of Σ norm · dy", arguments: [false, true])
  func normSlopes(isLayer: Bool) {
    var random = SeededRandom(seed: 33)
    let columns = 7
    let x = random.floats(2 * columns, bound: 2).map { $0 + 0.5 }
    let gain = random.floats(columns, bound: 2)
    let bias = random.floats(columns)
    let dy = random.floats(2 * columns)
    func loss(_ x: [Float], _ gain: [Float]) -> Double {
      var out = x
      if isLayer {
        Level.plain.kernels.layer_norm(x, gain, bias, 1e-5, &out, 2, columns)
      } else {
        Level.plain.kernels.rms_norm(x, gain, 1e-5, &out, 2, columns)
      }
      return zip(out, dy).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    }
    let found = norm(.plain, isLayer: isLayer, x, gain, dy, columns)
    let step: Float = 1.0 / 128
    for index in x.indices {
      var (above, below) = (x, x)
      above[index] += step
      below[index] -= step
      let rise = (loss(above, gain) - loss(below, gain)) / Double(2 * step)
      // The third derivative times step²/6, and rounding over the step.
      #expect(abs(rise - Double(found.dx[index] - 0.5)) < 2e-3)
    }
    for index in gain.indices {
      var (above, below) = (gain, gain)
      above[index] += step
      below[index] -= step
      let rise = (loss(x, above) - loss(x, below)) / Double(2 * step)
      #expect(abs(rise - Double(found.dgain[index] - 0.25)) < 1e-3)
    }
  }

  @Test(
    "Softmax's gradient, column sums and squares equal the reference's", arguments: Level.vectors)
  func reductions(level: Level) {
    var random = SeededRandom(seed: 34)
    for columns in Self.columns {
      var p = random.floats(Self.rows * columns)
      Level.plain.kernels.softmax_bias_rows(
        &p, columns, Self.rows, columns, 1, nil, 0, 0, 0, nil)
      let slopes = random.floats(p.count)
      var (found, wanted) = (slopes, slopes)
      level.kernels.softmax_backward_rows(p, &found, columns, Self.rows, columns, 0.7)
      Level.plain.kernels.softmax_backward_rows(p, &wanted, columns, Self.rows, columns, 0.7)
      #expect(greatestError(found, wanted) < 1e-6)

      var sums = [Float](repeating: 2, count: columns)
      var wantedSums = sums
      level.kernels.add_column_sums(slopes, Self.rows, columns, &sums)
      Level.plain.kernels.add_column_sums(slopes, Self.rows, columns, &wantedSums)
      #expect(greatestError(sums, wantedSums) < 1e-6)

      let squares = level.kernels.sum_of_squares(slopes, slopes.count)
      let wantedSquares = Level.plain.kernels.sum_of_squares(slopes, slopes.count)
      #expect(abs(squares - wantedSquares) <= 1e-12 * wantedSquares)
    }
  }

  @Test(
    "Dropout drops the same numbers at every level, and as many as its rate",
    arguments: Level.vectors)
  func drop(level: Level) {
    let x = [Float](repeating: 2, count: 100_003)
    for rate in [Float(0), 0.1, 0.5, 0.9] {
      var (found, wanted) = (x, x)
      level.kernels.drop(x, &found, x.count, 0x1234_5678_9abc, 7, rate)
      Level.plain.kernels.drop(x, &wanted, x.count, 0x1234_5678_9abc, 7, rate)
      #expect(found == wanted)
      let share = Double(found.count { $0 == 0 }) / Double(x.count)
      // Four standard deviations of a share of 100,000.
      #expect(abs(share - Double(rate)) < 4 * 0.5 / 316)
      #expect(found.allSatisfy { $0 == 0 || abs($0 - 2 / (1 - rate)) < 1e-4 })
    }
  }

  @Test("Dropout of a part is a part of the whole, and other seeds drop others")
  func dropPlaces() {
    let x = [Float](repeating: 1, count: 1000)
    var (whole, part, other) = (x, Array(x[300...]), x)
    Level.plain.kernels.drop(x, &whole, 1000, 5, 0, 0.5)
    Level.plain.kernels.drop(part, &part, 700, 5, 300, 0.5)
    Level.plain.kernels.drop(x, &other, 1000, 6, 0, 0.5)
    #expect(part == Array(whole[300...]))
    let equal = zip(whole, other).count { $0 == $1 }
    #expect((400...600).contains(equal))
  }

  @Test("A step of Adam equals the reference's at every level", arguments: Level.vectors)
  func adam(level: Level) {
    var random = SeededRandom(seed: 35)
    let count = 1003
    let weights = random.floats(count)
    let slopes = random.floats(count)
    var step = t5k_adam_step(
      rate: 0.01, beta1: 0.9, beta2: 0.98, epsilon: 1e-8, decay: 0.1, mean_correction: 10,
      square_correction: 50, slope_scale: 0.5)
    func run(_ level: Level) -> [[Float]] {
      var (w, m, v) = (weights, slopes.map { $0 * 0.1 }, slopes.map { $0 * $0 })
      level.kernels.adam(&w, slopes, &m, &v, count, &step)
      return [w, m, v]
    }
    for (found, wanted) in zip(run(level), run(.plain)) {
      #expect(greatestError(found, wanted) < 1e-6)
    }
  }
}
