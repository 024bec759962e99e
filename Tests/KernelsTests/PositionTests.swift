import Foundation
import Kernels
import Support
import Testing

/// The ways in which positions enter attention, against their formulas in double precision.
@Suite struct PositionTests {
  // Sums of at most 200 products of numbers below 1, with weights that sum to 1.
  static let tolerance = 2e-6

  @Test("With a reach a query sees near keys alone", arguments: [0, 1, 5, 64, 500])
  func reach(reach: Int) {
    var random = SeededRandom(seed: 51)
    let workspace = Workspace()
    let (heads, width) = (2, 5)
    let offsets = [0, 3, 203, 204]
    let x = (0..<3).map { _ in random.matrix(204, heads * width, in: workspace) }
    let bias = DistanceBias(heads: heads, reach: 200) { Float($0 + 1) * Float($1 % 7) / 8 }
    for bias in [nil, bias] {
      let found = Attention.forward(
        queries: x[0], keys: x[1], values: x[2], heads: heads, scale: 0.6,
        layout: AttentionLayout(within: offsets, reach: reach), bias: bias, in: workspace)
      for (start, end) in zip(offsets, offsets.dropFirst()) {
        for query in start..<end {
          let seen = max(start, query - reach)..<min(end, query + reach + 1)
          for head in 0..<heads {
            let columns = head * width..<(head + 1) * width
            let scores = seen.map { key in
              product(x[0][query][columns], x[1][key][columns]) * 0.6
                + (bias == nil ? 0 : Double(head + 1) * Double((key - query) % 7) / 8)
            }
            let wanted = weightedSum(scores) { x[2][seen.lowerBound + $0][columns] }
            for (column, value) in zip(columns, wanted) {
              #expect(abs(Double(found[query][column]) - value) < Self.tolerance)
            }
          }
        }
      }
    }
  }

  @Test("A rotation turns each pair by its place, and begins anew with each sequence")
  func rotation() {
    var random = SeededRandom(seed: 52)
    let workspace = Workspace()
    let (heads, width) = (2, 6)
    let offsets = [0, 1, 40, 43]
    let x = random.matrix(43, heads * width, in: workspace)
    let before = (0..<43).map { x[$0] }
    Rotation.apply(to: x, heads: heads, base: 100, offsets: offsets)
    for (start, end) in zip(offsets, offsets.dropFirst()) {
      for row in start..<end {
        for head in 0..<heads {
          for pair in 0..<width / 2 {
            let angle = Double(row - start) * pow(100, -2 * Double(pair) / Double(width))
            let place = head * width + pair
            let (a, b) = (Double(before[row][place]), Double(before[row][place + width / 2]))
            // An angle of 40 is rounded to 4e-6.
            #expect(abs(Double(x[row][place]) - (a * cos(angle) - b * sin(angle))) < 5e-6)
            #expect(
              abs(Double(x[row][place + width / 2]) - (b * cos(angle) + a * sin(angle))) < 5e-6)
          }
        }
      }
    }
  }

  @Test(
    "Disentangled scores add the terms of distances to those of the texts",
    arguments: [true, false], [true, false])
  func disentangled(hasKeys: Bool, hasQueries: Bool) {
    var random = SeededRandom(seed: 53)
    let workspace = Workspace()
    let (heads, width) = (2, 5)
    // Whole sequences, and one of which only the first two queries are asked for.
    let layout = AttentionLayout(queryOffsets: [0, 4, 5, 7], keyOffsets: [0, 4, 5, 30])
    let queries = random.matrix(7, heads * width, in: workspace)
    let keys = random.matrix(30, heads * width, in: workspace)
    let values = random.matrix(30, heads * width, in: workspace)
    let tables = (0..<2).map { _ in random.matrix(12, heads * width, in: workspace) }
    let rows = DistanceRows(reach: 30) { min(max($0 / 2 + 6, 0), 11) }
    let found = DisentangledAttention.forward(
      queries: queries, keys: keys, values: values, positionKeys: hasKeys ? tables[0] : nil,
      positionQueries: hasQueries ? tables[1] : nil, rows: rows, heads: heads, scale: 0.6,
      layout: layout, in: workspace)
    for sequence in 0..<layout.count {
      let start = layout.keys(of: sequence).lowerBound
      for (place, query) in layout.queries(of: sequence).enumerated() {
        for head in 0..<heads {
          let columns = head * width..<(head + 1) * width
          let scores = layout.keys(of: sequence).map { key -> Double in
            let row = min(max((place - (key - start)) / 2 + 6, 0), 11)
            var score = product(queries[query][columns], keys[key][columns])
            if hasKeys { score += product(queries[query][columns], tables[0][row][columns]) }
            if hasQueries { score += product(keys[key][columns], tables[1][row][columns]) }
            return score * 0.6
          }
          let wanted = weightedSum(scores) { values[start + $0][columns] }
          for (column, value) in zip(columns, wanted) {
            #expect(abs(Double(found[query][column]) - value) < Self.tolerance)
          }
        }
      }
    }
  }

  private func product(_ a: ArraySlice<Float>, _ b: ArraySlice<Float>) -> Double {
    zip(a, b).reduce(0) { $0 + Double($1.0) * Double($1.1) }
  }
}
