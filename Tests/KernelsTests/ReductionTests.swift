import CKernels
import Foundation
import Support
import Testing

@Suite("Reductions of one row, and conversions")
struct ReductionTests {
  @Test(
    "log Σ exp matches the reference, also for great and infinite numbers",
    arguments: Level.vectors)
  func logSumExp(_ level: Level) {
    var random = SeededRandom(seed: 31)
    for length in lengths + [32_128] where length > 0 {
      for shift in [Float(0), 500, -500] {
        let x = random.floats(length, bound: 20).map { $0 + shift }
        let found = level.kernels.log_sum_exp(x, length)
        let wanted = Level.plain.kernels.log_sum_exp(x, length)
        // One unit in the last place: the sum is in double precision, of powers exact to 1e-7.
        #expect(abs(found - wanted) <= max(wanted.ulp, 2e-7), "\(length), \(shift)")
      }
    }
    let infinity = Float.infinity
    for length in [1, 5, 16, 40] {
      var x = [Float](repeating: -infinity, count: length)
      #expect(level.kernels.log_sum_exp(x, length) == -infinity)
      x[length - 1] = 2
      #expect(level.kernels.log_sum_exp(x, length) == 2)
      x[0] = infinity
      #expect(level.kernels.log_sum_exp(x, length) == infinity)
      x[length / 2] = .nan
      #expect(level.kernels.log_sum_exp(x, length).isNaN)
    }
    #expect(level.kernels.log_sum_exp(nil, 0) == -infinity)
  }

  @Test(
    "the greatest is found wherever it is, the first among equals, and NaN never",
    arguments: [Level.plain] + Level.vectors)
  func argmax(_ level: Level) {
    #expect(level.kernels.argmax(nil, 0) == 0)
    for length in lengths where length > 0 {
      for place in 0..<length {
        var x = [Float](repeating: -3, count: length)
        x[place] = -1
        x[length - 1] = -1
        #expect(level.kernels.argmax(x, length) == place)
        x = [Float](repeating: .nan, count: length)
        #expect(level.kernels.argmax(x, length) == 0)
        x[place] = -.infinity
        #expect(level.kernels.argmax(x, length) == place)
      }
    }
  }

  @Test(
    "one number that is not finite is found wherever it is",
    arguments: [Level.plain] + Level.vectors)
  func finiteness(_ level: Level) {
    for length in lengths {
      var x = [Float](repeating: -.greatestFiniteMagnitude, count: length)
      #expect(level.kernels.all_finite(x, length))
      for place in 0..<length {
        for value in [Float.nan, .infinity, -.infinity, -.nan] {
          x[place] = value
          #expect(!level.kernels.all_finite(x, length))
        }
        x[place] = .leastNonzeroMagnitude
      }
    }
  }

  @Test("every half-precision number converts exactly", arguments: [Level.plain] + Level.vectors)
  func halves(_ level: Level) {
    let halves = Array(UInt16.min...UInt16.max)
    var out = [Float](repeating: 9, count: halves.count)
    level.kernels.f16_to_f32(halves, &out, halves.count)
    for (half, value) in zip(halves, out) {
      let magnitude = half & 0x7fff
      let fraction = Double(magnitude & 1_023)
      let exponent = Int(magnitude >> 10)
      let wanted =
        switch exponent {
        case 0: fraction * 0x1p-24
        case 31: fraction == 0 ? Double.infinity : .nan
        default: scalbn(1_024 + fraction, exponent - 25)
        }
      if wanted.isNaN {
        #expect(value.isNaN)
      } else if Double(value.magnitude) != wanted || (value.sign == .minus) != (half >> 15 == 1) {
        Issue.record("\(half) became \(value)")
      }
    }
  }

  @Test("bfloat16 is the upper half of a single", arguments: [Level.plain] + Level.vectors)
  func brainFloats(_ level: Level) {
    for length in lengths {
      let x = (0..<length).map { UInt16(truncatingIfNeeded: $0 * 3_571 + 7) }
      var out = [Float](repeating: 9, count: length)
      level.kernels.bf16_to_f32(x, &out, length)
      #expect(out.bits == x.map { UInt32($0) << 16 })
    }
  }
}
