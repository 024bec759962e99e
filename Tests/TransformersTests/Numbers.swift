import Foundation

/// The greatest difference between numbers at the same places; infinite where one is NaN or missing.
func greatestDifference(_ found: [Float], _ wanted: [Float]) -> Float {
  guard found.count == wanted.count else { return .infinity }
  return zip(found, wanted).reduce(0) { greatest, pair in
    let difference = abs(pair.0 - pair.1)
    return difference.isNaN ? .infinity : max(greatest, difference)
  }
}

func exponential(_ x: Double) -> Double { exp(x) }
func logarithm(_ x: Double) -> Double { log(x) }
