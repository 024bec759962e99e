/// The formula: a posting's share of a document's score, and bounds on it.
///
/// A term with inverse document frequency ln(1 + (N − n + ½) / (n + ½)), as in Lucene, that a document
/// of length l has f times, adds
///
///     occurrences in the query · idf · f / (f + k1 · (1 − b + b · l / mean length))
///
/// with exact lengths (Lucene rounds them to a byte) and without the factor k1 + 1, which changes no
/// order (Lucene left it out with version 8).
///
/// Each share is rounded to a multiple of 2⁻³². Sums of such numbers are exact below 2²⁰, so a
/// document's score does not depend on the order in which its shares are added: whatever a search
/// leaves out, the scores of what it finds are equal bit for bit.
struct BM25Weights {
  /// Adding it and taking it away rounds a number of less than 2¹⁹ to a multiple of 2⁻³².
  private static let rounding = 1.5 * 1_048_576.0
  private static let unit = 1.0 / 4_294_967_296.0
  /// The sum of a query's weights must stay below it.
  static let largestSum = 524_288.0

  private let documentCount: Int
  private let base: Double
  private let slope: Double
  /// The addend to the frequency for each `LengthCode`.
  private let codedNorms: [Double]

  init(_ parameters: BM25Parameters, documentCount: Int, meanLength: Double) {
    self.documentCount = documentCount
    let base = parameters.k1 * (1 - parameters.b)
    // Where all documents are empty there are no postings to score.
    let slope = meanLength > 0 ? parameters.k1 * parameters.b / meanLength : 0
    self.base = base
    self.slope = slope
    codedNorms = LengthCode.lengths.map { base + slope * Double($0) }
  }

  /// A term's weight.
  ///
  /// - Parameter occurrences: How often the query has it.
  func weight(documentFrequency: Int, occurrences: Int) -> Double {
    let without = Double(documentCount - documentFrequency) + 0.5
    return Double(occurrences) * logarithm(1 + without / (Double(documentFrequency) + 0.5))
  }

  /// What a posting adds to its document's score.
  @inline(__always)
  func share(weight: Double, frequency: UInt32, length: UInt32) -> Double {
    rounded(weight, Double(frequency), base + slope * Double(length))
  }

  /// At least the share of each posting that some impacts stand for.
  func bound(weight: Double, _ impacts: Impacts) -> Double {
    let most = impacts.maximumFrequency
    var bound = rounded(weight, 1, codedNorms[Int(impacts.shortestOnce)])
    if most >= 2 {
      bound = max(bound, rounded(weight, 2, codedNorms[Int(impacts.shortestTwice)]))
    }
    if most == .max {
      bound = max(bound, rounded(weight, 1, 0))
    } else if most >= 3 {
      bound = max(bound, rounded(weight, Double(most), codedNorms[Int(impacts.shortestMore)]))
    }
    // One unit more, since division may round a greater frequency's share down further.
    return bound + Self.unit
  }

  @inline(__always)
  private func rounded(_ weight: Double, _ frequency: Double, _ norm: Double) -> Double {
    (weight * (frequency / (frequency + norm)) + Self.rounding) - Self.rounding
  }
}
