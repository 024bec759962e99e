import Foundation

/// Σ softmax(scores) · values, in double precision.
func weightedSum(_ scores: [Double], of value: (Int) -> ArraySlice<Float>) -> [Double] {
  let greatest = scores.max() ?? 0
  let weights = scores.map { exp($0 - greatest) }
  let total = weights.reduce(0, +)
  var sum = [Double](repeating: 0, count: value(0).count)
  for (index, weight) in weights.enumerated() {
    for (column, number) in value(index).enumerated() {
      sum[column] += weight / total * Double(number)
    }
  }
  return sum
}
