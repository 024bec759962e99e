#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// How the outputs for one text become its score, with the way back: the gradient by the outputs from
/// that by the score.
public enum ScoreHead: Sendable, Hashable {
  /// One output less another: monoT5's, duoT5's, and two labels of a classifier.
  case difference(yes: Int, no: Int)
  /// Σ value · softmax(outputs): RankT5 over digits.
  case expectation([Double])
  /// One output: a classifier with one label, and RankT5's logit.
  case output(Int)

  /// The score, and its gradient by each output.
  public func score(_ outputs: [Double]) -> (score: Double, slopes: [Double]) {
    var slopes = Array(repeating: 0.0, count: outputs.count)
    switch self {
    case .difference(let yes, let no):
      slopes[yes] = 1
      slopes[no] = -1
      return (outputs[yes] - outputs[no], slopes)
    case .output(let index):
      slopes[index] = 1
      return (outputs[index], slopes)
    case .expectation(let values):
      let shares = softmax(outputs)
      let expected = zip(values, shares).reduce(0) { $0 + $1.0 * $1.1 }
      return (expected, zip(values, shares).map { $1 * ($0 - expected) })
    }
  }
}

/// Cross-entropy of one text's outputs against a distribution over them: label words, soft or hard.
public enum LabelLoss {
  /// −Σ wanted · log softmax(outputs), and its gradient by each output.
  public static func evaluate(
    _ outputs: [Double], wanted: [Double]
  ) -> (loss: Double, slopes: [Double]) {
    let total = logSumExp(outputs)
    let mass = wanted.reduce(0, +)
    return (
      zip(wanted, outputs).reduce(0) { $0 - $1.0 * ($1.1 - total) },
      zip(wanted, outputs).map { mass * exp($1 - total) - $0 }
    )
  }

  /// A Gaussian over label values, about one of them or between two, normalised.
  ///
  /// - Parameter width: Its standard deviation; 0 puts all on the nearest value.
  public static func distribution(
    over values: [Double], about center: Double, width: Double
  ) -> [Double] {
    guard width > 0 else {
      let nearest = values.indices.min { abs(values[$0] - center) < abs(values[$1] - center) }
      return values.indices.map { $0 == nearest ? 1 : 0 }
    }
    return softmax(values.map { -0.5 * ($0 - center) * ($0 - center) / (width * width) })
  }
}
