import Foundation
import Kernels
import Support
import Testing

/// Attention over packed sequences against its formula, written out in double precision.
@Suite struct AttentionTests {
  /// Lengths around the vectors' widths, and one whose scores are computed in several blocks.
  static let lengths = [1, 2, 7, 33, 600, 16, 129]

  @Test(
    "Attention is softmax(QKᵀ·scale + bias)·V within each sequence",
    arguments: [AttentionLayout.Direction.bidirectional, .causal], [false, true])
  func attention(direction: AttentionLayout.Direction, biased: Bool) throws {
    let heads = 3
    let width = 5
    var random = SeededRandom(seed: 11)
    let keyOffsets = Self.lengths.reduce(into: [0]) { $0.append(($0.last ?? 0) + $1) }
    // Causally, the last few queries only: what a decoder with a cache asks.
    let queryCounts = Self.lengths.map { direction == .causal ? min($0, 3) : $0 }
    let queryOffsets = queryCounts.reduce(into: [0]) { $0.append(($0.last ?? 0) + $1) }
    let layout = AttentionLayout(
      queryOffsets: queryOffsets, keyOffsets: keyOffsets, direction: direction)
    let workspace = Workspace()
    let queries = random.matrix(queryOffsets[Self.lengths.count], heads * width, in: workspace)
    let keys = random.matrix(keyOffsets[Self.lengths.count], heads * width, in: workspace)
    let values = random.matrix(keyOffsets[Self.lengths.count], heads * width, in: workspace)
    let bias =
      biased
      ? DistanceBias(heads: heads, reach: 640) { head, distance in
        Float(head + 1) * Float(distance % 17) / 8
      } : nil

    let found = Attention.forward(
      queries: queries, keys: keys, values: values, heads: heads, scale: 0.7, layout: layout,
      bias: bias, in: workspace)

    for sequence in Self.lengths.indices {
      let queryRows = layout.queries(of: sequence)
      let keyRows = layout.keys(of: sequence)
      for query in queryRows {
        let position = query - queryRows.lowerBound + keyRows.count - queryRows.count
        let seen = direction == .causal ? position + 1 : keyRows.count
        for head in 0..<heads {
          let columns = head * width..<(head + 1) * width
          let scores = (0..<seen).map { key -> Double in
            let product = columns.reduce(0.0) {
              $0 + Double(queries[query][$1]) * Double(keys[keyRows.lowerBound + key][$1])
            }
            let distance = key - position
            return product * 0.7
              + (biased ? Double(head + 1) * Double(distance % 17) / 8 : 0)
          }
          let wanted = weightedSum(scores) { values[keyRows.lowerBound + $0][columns] }
          for (column, value) in zip(columns, wanted) {
            // A sum of at most 600 products of numbers below 1, with weights that sum to 1.
            #expect(abs(Double(found[query][column]) - value) < 2e-6)
          }
        }
      }
      // Long sequences take long to write out, and their first rows prove as much.
      if sequence > 4 { break }
    }
  }

  @Test("A sequence's rows have the same bits alone and among others")
  func attentionIgnoresNeighbours() {
    var random = SeededRandom(seed: 12)
    let workspace = Workspace()
    let offsets = [0, 40, 41, 300]
    let x = (0..<3).map { _ in random.matrix(300, 24, in: workspace) }
    let all = Attention.forward(
      queries: x[0], keys: x[1], values: x[2], heads: 3, scale: 1,
      layout: AttentionLayout(within: offsets), bias: nil, in: workspace)
    for sequence in 0..<3 {
      let rows = offsets[sequence]..<offsets[sequence + 1]
      let parts = x.map { $0.rows(rows, in: workspace) }
      let alone = Attention.forward(
        queries: parts[0], keys: parts[1], values: parts[2], heads: 3, scale: 1,
        layout: AttentionLayout(within: [0, rows.count]), bias: nil, in: workspace)
      for row in 0..<rows.count {
        #expect(alone[row].bits == all[rows.lowerBound + row].bits)
      }
    }
  }

  @Test(
    "Rounded factors change a result by what bfloat16 loses, and its bits not by neighbours",
    arguments: [nil, 3, 70])
  func roundedFactors(reach: Int?) {
    var random = SeededRandom(seed: 14)
    let workspace = Workspace()
    let (heads, width) = (3, 21)
    // One sequence is cut into several blocks of rows.
    let offsets = [0, 40, 41, 300, 900]
    let x = (0..<3).map { _ in random.matrix(900, heads * width, in: workspace) }
    let bias = DistanceBias(heads: heads, reach: 640) { Float($0 + 1) * Float($1 % 13) / 8 }
    func attention(
      _ x: [Matrix], _ offsets: [Int], isRounded: Bool
    ) -> Matrix {
      Attention.forward(
        queries: x[0], keys: x[1], values: x[2], heads: heads, scale: 0.5,
        layout: AttentionLayout(within: offsets, reach: reach), bias: bias, isRounded: isRounded,
        in: workspace)
    }
    let exact = attention(x, offsets, isRounded: false)
    let rounded = attention(x, offsets, isRounded: true)
    var most: Float = 0
    for row in 0..<900 { most = max(most, greatestError(rounded[row], exact[row])) }
    // Scores below 21/2 err by 2⁻⁹ of their terms' size; probabilities and values by 2⁻⁹ of themselves.
    #expect(most > 1e-5 && most < 2e-2)

    for sequence in 0..<4 {
      let rows = offsets[sequence]..<offsets[sequence + 1]
      let alone = attention(
        x.map { $0.rows(rows, in: workspace) }, [0, rows.count], isRounded: true)
      for row in 0..<rows.count {
        #expect(alone[row].bits == rounded[rows.lowerBound + row].bits)
      }
    }
  }

  @Test("Folding the projections away changes nothing but rounding", arguments: [false, true])
  func folding(biased: Bool) {
    var random = SeededRandom(seed: 13)
    let workspace = Workspace()
    let (heads, headWidth, width) = (3, 5, 26)
    let layout = AttentionLayout(queryOffsets: [0, 1, 3, 4], keyOffsets: [0, 50, 51, 180])
    let queries = random.matrix(4, heads * headWidth, in: workspace)
    let context = random.matrix(180, width, in: workspace)
    let keyWeight = random.matrix(heads * headWidth, width, in: workspace)
    let valueWeight = random.matrix(heads * headWidth, width, in: workspace)
    let bias = random.matrix(1, heads * headWidth, in: workspace)
    let keys = workspace.matrix(rows: 180, columns: heads * headWidth)
    let values = workspace.matrix(rows: 180, columns: heads * headWidth)
    MatrixProduct.transposed(context, keyWeight.pointer, into: keys)
    MatrixProduct.transposed(
      context, valueWeight.pointer, bias: biased ? UnsafePointer(bias.pointer) : nil, into: values)

    let wanted = Attention.forward(
      queries: queries, keys: keys, values: values, heads: heads, scale: 0.4, layout: layout,
      bias: nil, in: workspace)
    let found = FoldedAttention.forward(
      queries: queries, context: context, keyWeight: keyWeight.pointer,
      valueWeight: valueWeight.pointer, valueBias: biased ? UnsafePointer(bias.pointer) : nil,
      heads: heads, scale: 0.4, layout: layout, in: workspace)

    for row in 0..<4 {
      // Values are sums of 26 products of numbers below 1; scores of as many.
      #expect(greatestError(found[row], wanted[row]) < 1e-5)
    }
  }
}

extension SeededRandom {
  /// Numbers evenly spread over −1 ..< 1.
  mutating func matrix(_ rows: Int, _ columns: Int, in workspace: Workspace) -> Matrix {
    let matrix = workspace.matrix(rows: rows, columns: columns)
    matrix.pointer.update(from: floats(rows * columns), count: rows * columns)
    return matrix
  }
}

extension Matrix {
  /// A copy of some rows.
  func rows(_ range: Range<Int>, in workspace: Workspace) -> Matrix {
    let matrix = workspace.matrix(rows: range.count, columns: columns)
    matrix.pointer.update(from: pointer + range.lowerBound * columns, count: matrix.count)
    return matrix
  }
}
