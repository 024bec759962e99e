import Kernels

/// How the states of a text's tokens, `[CLS]` and `[SEP]` among them, become one embedding.
///
/// The raw values are sentence-transformers' names. Sums are in double precision, over the tokens in
/// their order: an embedding does not depend on its batch.
///
/// Source: `Pooling` of sentence-transformers 6.2.
enum PoolingMode: String, Sendable, Hashable, CaseIterable {
  /// The state of the first token, `[CLS]`.
  case first = "cls"
  /// The greatest value of each column.
  case greatest = "max"
  case mean
  /// The sum over the square root of the number of tokens.
  case rootMean = "mean_sqrt_len_tokens"
  /// The mean in which the token at place i, from 1, weighs i.
  case weightedMean = "weightedmean"
  /// The state of the last token, `[SEP]`.
  case last = "lasttoken"

  /// The embedding of one text.
  ///
  /// - Parameters:
  ///   - states: `[tokens, width]`, of the whole batch.
  ///   - rows: The text's tokens among them; not empty.
  func pool(_ states: Matrix, rows: Range<Int>) -> [Float] {
    precondition(
      !rows.isEmpty && rows.upperBound <= states.rows, "a text's tokens are in its batch")
    switch self {
    case .first: return states[rows.lowerBound]
    case .last: return states[rows.upperBound - 1]
    case .greatest:
      var greatest = states[rows.lowerBound]
      each(rows.dropFirst(), of: states) { _, state in
        // NaN must not be lost.
        for column in greatest.indices where !(state[column] <= greatest[column]) {
          greatest[column] = state[column]
        }
      }
      return greatest
    case .mean: return sum(states, rows, divisor: Double(rows.count)) { _ in 1 }
    case .rootMean: return sum(states, rows, divisor: Double(rows.count).squareRoot()) { _ in 1 }
    case .weightedMean:
      let count = Double(rows.count)
      return sum(states, rows, divisor: count * (count + 1) / 2) {
        Double($0 - rows.lowerBound + 1)
      }
    }
  }

  private func sum(
    _ states: Matrix, _ rows: Range<Int>, divisor: Double, weight: (_ row: Int) -> Double
  ) -> [Float] {
    var sums = [Double](repeating: 0, count: states.columns)
    each(rows, of: states) { row, state in
      let weight = weight(row)
      for column in sums.indices { sums[column] += weight * Double(state[column]) }
    }
    return sums.map { Float($0 / divisor) }
  }

  private func each(
    _ rows: Range<Int>, of states: Matrix, _ body: (Int, UnsafePointer<Float>) -> Void
  ) {
    // In bounds: the rows were checked against the matrix.
    for row in rows { body(row, UnsafePointer(states.pointer + row * states.columns)) }
  }
}
