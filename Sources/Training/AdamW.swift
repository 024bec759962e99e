import CKernels
import Kernels

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Adam with decoupled weight decay (Loshchilov and Hutter 2019, arXiv 1711.05101).
///
/// A class because its running means are changed in place.
package final class AdamW: Optimizer, @unchecked Sendable {
  // Sendable stands on this: threads of a step write to different entries.
  private let settings: OptimizerSettings
  private let mean: FloatArray
  private let square: FloatArray

  package init(_ settings: OptimizerSettings, count: Int) {
    self.settings = settings
    mean = FloatArray(count: count)
    square = FloatArray(count: count)
  }

  package var memory: [(name: String, values: FloatArray)] { [("mean", mean), ("square", square)] }

  package func step(
    _ parameters: TrainableParameters, _ gradients: Gradients, number: Int, rates: [Float],
    scale: Float, threads: Int
  ) {
    let power = Double(number)
    let corrections = (
      Float(1 / (1 - pow(settings.beta1, power))), Float(1 / (1 - pow(settings.beta2, power)))
    )
    // Stretches of a few hundred thousand numbers, so that threads end together.
    let stretches = parameters.stretches(longest: 1 << 18).filter { rates[$0.entry] > 0 }
    _ = ThreadTeam.map(count: stretches.count, threads: threads) { index in
      let (entry, range) = stretches[index]
      var step = t5k_adam_step(
        rate: rates[entry], beta1: Float(self.settings.beta1), beta2: Float(self.settings.beta2),
        epsilon: Float(self.settings.epsilon),
        decay: parameters.entries[entry].isVector ? 0 : Float(self.settings.decay),
        mean_correction: corrections.0, square_correction: corrections.1, slope_scale: scale)
      // In bounds: a stretch lies inside its entry.
      t5k_adam(
        parameters.values.pointer + range.lowerBound, gradients.values.pointer + range.lowerBound,
        self.mean.pointer + range.lowerBound, self.square.pointer + range.lowerBound, range.count,
        &step)
    }
  }
}

extension TrainableParameters {
  /// Parts of the entries, none longer than `longest`.
  func stretches(longest: Int) -> [(entry: Int, range: Range<Int>)] {
    entries.enumerated().flatMap { index, entry in
      stride(from: 0, to: entry.count, by: longest).map { start in
        (index, entry.offset + start..<entry.offset + min(start + longest, entry.count))
      }
    }
  }
}
