#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Adafactor: the running squares of a matrix's gradients kept as its rows' and columns' means
/// (Shazeer and Stern 2018, arXiv 1804.04235).
///
/// Without momentum, with update clipping at 1, and rates relative to a weight's root mean square,
/// as T5 was trained. A class because its running means are changed in place.
package final class Adafactor: Optimizer {
  private let settings: OptimizerSettings
  private let square: FloatArray
  /// By entry: where its row means begin; its column means, or a vector's squares, are behind them.
  private let offsets: [Int]

  /// The least root mean square that a rate is relative to (ε₂).
  private static let leastScale = 1e-3
  /// Added to squared gradients (ε₁).
  private static let leastSquare = 1e-30

  package init(_ settings: OptimizerSettings, for parameters: TrainableParameters) {
    self.settings = settings
    var offsets: [Int] = []
    var count = 0
    for entry in parameters.entries {
      offsets.append(count)
      count += entry.isVector ? entry.count : entry.shape[0] + entry.shape[1]
    }
    self.offsets = offsets
    square = FloatArray(count: count)
  }

  package var memory: [(name: String, values: FloatArray)] { [("square", square)] }

  package func step(
    _ parameters: TrainableParameters, _ gradients: Gradients, number: Int, rates: [Float],
    scale: Float, threads: Int
  ) {
    // The decay of the running squares rises towards 1 (β̂₂ = 1 − t^−0.8).
    let decay = 1 - pow(Double(number), -0.8)
    for (index, entry) in parameters.entries.enumerated() where rates[index] > 0 {
      // In bounds: an entry's own numbers, and its own part of `square`.
      let weights = parameters.values.pointer + entry.offset
      let slopes = gradients.values.pointer + entry.offset
      let kept = square.pointer + offsets[index]
      let inverses =
        entry.isVector
        ? vector(slopes, kept, entry.count, decay, scale)
        : matrix(slopes, kept, entry.shape[0], entry.shape[1], decay, scale)
      var moves = [Float](repeating: 0, count: entry.count)
      var (moved, size) = (0.0, 0.0)
      for place in 0..<entry.count {
        let move = slopes[place] * scale * inverses(place)
        moves[place] = move
        moved += Double(move) * Double(move)
        size += Double(weights[place]) * Double(weights[place])
      }
      let count = Double(max(entry.count, 1))
      let clip = max(1, (moved / count).squareRoot())
      let relative = max(Self.leastScale, (size / count).squareRoot())
      let rate = Float(Double(rates[index]) * relative / clip)
      let shrink = entry.isVector ? 1 : 1 - rates[index] * Float(settings.decay)
      for place in 0..<entry.count {
        weights[place] = weights[place] * shrink - rate * moves[place]
      }
    }
  }

  private func vector(
    _ slopes: UnsafeMutablePointer<Float>, _ kept: UnsafeMutablePointer<Float>, _ count: Int,
    _ decay: Double, _ scale: Float
  ) -> (Int) -> Float {
    for place in 0..<count {
      let slope = Double(slopes[place] * scale)
      kept[place] = Float(
        decay * Double(kept[place]) + (1 - decay) * (slope * slope + Self.leastSquare))
    }
    return { 1 / max(kept[$0], .leastNormalMagnitude).squareRoot() }
  }

  private func matrix(
    _ slopes: UnsafeMutablePointer<Float>, _ kept: UnsafeMutablePointer<Float>, _ rows: Int,
    _ columns: Int, _ decay: Double, _ scale: Float
  ) -> (Int) -> Float {
    var rowMeans = [Double](repeating: 0, count: rows)
    var columnMeans = [Double](repeating: 0, count: columns)
    for row in 0..<rows {
      for column in 0..<columns {
        let slope = Double(slopes[row * columns + column] * scale)
        let square = slope * slope + Self.leastSquare
        rowMeans[row] += square / Double(columns)
        columnMeans[column] += square / Double(rows)
      }
    }
    for row in 0..<rows {
      kept[row] = Float(decay * Double(kept[row]) + (1 - decay) * rowMeans[row])
    }
    let columnPart = kept + rows
    for column in 0..<columns {
      columnPart[column] = Float(
        decay * Double(columnPart[column]) + (1 - decay) * columnMeans[column])
    }
    let mean = (0..<rows).reduce(0.0) { $0 + Double(kept[$1]) } / Double(max(rows, 1))
    return { place in
      let square = Double(kept[place / columns]) * Double(columnPart[place % columns]) / mean
      return Float(1 / max(square, Double(Float.leastNormalMagnitude)).squareRoot())
    }
  }
}
