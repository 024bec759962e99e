#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The regularised incomplete beta function I_x(a, b), by its continued fraction.
///
/// NIST Digital Library of Mathematical Functions, 8.17.22, evaluated by Lentz's method.
///
/// - Parameter complement: 1 − x, given by the caller so that it is exact where x is near 1.
func incompleteBeta(_ x: Double, complement: Double, _ a: Double, _ b: Double) -> Double {
  guard x > 0 else { return 0 }
  guard complement > 0 else { return 1 }
  let logarithm =
    lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log(complement)
  // The fraction converges fast below the mean; above it, the symmetric one does.
  if x < (a + 1) / (a + b + 2) { return exp(logarithm) * continuedFraction(x, a, b) / a }
  return 1 - exp(logarithm) * continuedFraction(complement, b, a) / b
}

private func continuedFraction(_ x: Double, _ a: Double, _ b: Double) -> Double {
  let tiny = 1e-300
  // The steps needed grow with the root of the larger parameter: this is enough for any of them.
  let mostSteps = 100_000
  func nonZero(_ value: Double) -> Double { value.magnitude < tiny ? tiny : value }
  var numerator = 1.0
  var denominator = 1 / nonZero(1 - (a + b) * x / (a + 1))
  var result = denominator
  for step in 1...mostSteps {
    let m = Double(step)
    let even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
    denominator = 1 / nonZero(1 + even * denominator)
    numerator = nonZero(1 + even / numerator)
    result *= denominator * numerator
    let odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
    denominator = 1 / nonZero(1 + odd * denominator)
    numerator = nonZero(1 + odd / numerator)
    let change = denominator * numerator
    result *= change
    if (change - 1).magnitude < 1e-16 { break }
  }
  return result
}
