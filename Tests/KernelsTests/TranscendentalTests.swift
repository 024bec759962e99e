import CKernels
import Foundation
import Support
import Testing

@Suite("exp, erf and tanh against the C library in double precision")
struct TranscendentalTests {
  /// Every 1,021st bit pattern, 4.2 million of all magnitudes and both signs, in blocks.
  private func sweep(_ body: ([Float]) -> Void) {
    var pattern: UInt64 = 0
    while pattern <= UInt64(UInt32.max) {
      var block: [Float] = []
      block.reserveCapacity(1 << 16)
      while block.count < 1 << 16, pattern <= UInt64(UInt32.max) {
        block.append(Float(bitPattern: UInt32(pattern)))
        pattern += 1_021
      }
      body(block)
    }
  }

  /// The greatest error of `function` over the sweep, in units of the last place.
  private func errors(
    of function: ([Float], inout [Float]) -> Void, from reference: (Double) -> Double
  ) -> (ulps: Double, count: Int) {
    var ulps = 0.0
    var count = 0
    sweep { x in
      var out = [Float](repeating: -7, count: x.count)
      function(x, &out)
      for (argument, value) in zip(x, out) {
        count += 1
        let wanted = reference(Double(argument))
        let rounded = Float(wanted)
        if rounded == value || (rounded.isNaN && value.isNaN) { continue }
        let error = abs(Double(value) - wanted)
        let step = rounded.isInfinite ? Float.greatestFiniteMagnitude.ulp : rounded.ulp
        // Written so that NaN and infinity count as an error.
        ulps = error / Double(step) <= ulps ? ulps : error / Double(step)
      }
    }
    return (ulps, count)
  }

  @Test("exp errs by at most 1.1 units in the last place over all floats", arguments: Level.vectors)
  func exponential(_ level: Level) {
    let kernels = level.kernels
    let found = errors(of: { kernels.exp($0, &$1, $0.count) }, from: { exp($0) })
    #expect(found.count > 4_000_000)
    // Measured: 1.00 over all floats.
    #expect(found.ulps <= 1.1)
  }

  @Test("erf errs by at most 1.5 units in the last place over all floats", arguments: Level.vectors)
  func errorFunction(_ level: Level) {
    let kernels = level.kernels
    let found = errors(of: { kernels.erf($0, &$1, $0.count) }, from: { erf($0) })
    // Measured: 1.38, with FMA 1.13.
    #expect(found.ulps <= 1.5)
  }

  @Test(
    "tanh errs by at most 1.5 units in the last place over all floats", arguments: Level.vectors)
  func hyperbolicTangent(_ level: Level) {
    let kernels = level.kernels
    let found = errors(of: { kernels.tanh($0, &$1, $0.count) }, from: { tanh($0) })
    // Measured: 1.07.
    #expect(found.ulps <= 1.5)
  }

  @Test("limits are exact, and NaN stays NaN, in every lane", arguments: Level.vectors)
  func limits(_ level: Level) {
    let kernels = level.kernels
    let infinity = Float.infinity
    for length in 1...40 {
      for (x, power, error, tangent) in [
        (-infinity, 0, -1, -1), (infinity, infinity, 1, 1), (0, 1, 0, 0),
        (-1e30, 0, -1, -1), (1e30, infinity, 1, 1), (-104, 0, -1, -1), (89, infinity, 1, 1),
      ] as [(Float, Float, Float, Float)] {
        let argument = [Float](repeating: x, count: length)
        var out = argument
        kernels.exp(argument, &out, length)
        #expect(out == [Float](repeating: power, count: length))
        kernels.erf(argument, &out, length)
        #expect(out == [Float](repeating: error, count: length))
        kernels.tanh(argument, &out, length)
        #expect(out == [Float](repeating: tangent, count: length))
      }
      let nan = [Float](repeating: .nan, count: length)
      for function in [kernels.exp, kernels.erf, kernels.tanh] {
        var out = [Float](repeating: 0, count: length)
        function?(nan, &out, length)
        #expect(out.allSatisfy { $0.isNaN })
      }
    }
  }
}
