import Kernels
import Support
import Synchronization
import Testing

/// Threads that share steps compute what one thread does, to the last bit.
@Suite struct ForkJoinTeamTests {
  @Test("Each part of each step is computed once, by a thread of the team", arguments: [1, 2, 5])
  func steps(count: Int) {
    let counts = ForkJoinTeam.run(count: count) { team -> [[Int]] in
      (0..<300).map { step in
        let calls = Mutex(Array(repeating: 0, count: step % 7))
        team.share(parts: step % 7) { part, thread in
          #expect((0..<count).contains(thread))
          calls.withLock { $0[part] += 1 }
        }
        return calls.withLock { $0 }
      }
    }
    #expect(counts == (0..<300).map { Array(repeating: 1, count: $0 % 7) })
  }

  @Test("A step ends when the slowest part has ended")
  func lastPart() {
    let sums = ForkJoinTeam.run(count: 3) { team -> [Int] in
      (0..<50).map { _ in
        let sum = Mutex(0)
        team.share(parts: 3) { part, _ in
          var work = 0
          for number in 0..<part * 20_000 { work &+= number & 1 }
          sum.withLock { $0 += 1 + work - work }
        }
        return sum.withLock { $0 }
      }
    }
    #expect(sums == Array(repeating: 3, count: 50))
  }

  /// Without a team, and with one of three.
  private func bits(
    _ compute: @Sendable @escaping (ForkJoinTeam?, Workspace) -> Matrix
  ) -> (alone: [UInt32], shared: [UInt32]) {
    @Sendable func numbers(_ matrix: Matrix) -> [UInt32] {
      (0..<matrix.rows).flatMap { matrix[$0].map(\.bitPattern) }
    }
    return (
      numbers(compute(nil, Workspace())),
      ForkJoinTeam.run(count: 3) { numbers(compute($0, Workspace())) }
    )
  }

  private static func matrix(
    _ rows: Int, _ columns: Int, seed: UInt64, in workspace: Workspace
  ) -> Matrix {
    let matrix = workspace.matrix(rows: rows, columns: columns)
    var random = SeededRandom(seed: seed)
    for index in 0..<matrix.count {
      matrix.pointer[index] = Float.random(in: -1...1, using: &random)
    }
    return matrix
  }

  @Test("Products", arguments: [1, 7, 8, 9, 25, 70], [1, 47, 48, 49, 200])
  func products(rows: Int, columns: Int) {
    let depth = 70
    for destination in [MatrixProduct.Destination.overwritten, .addedTo] {
      let floats = bits { team, workspace in
        let left = Self.matrix(rows, depth, seed: 1, in: workspace)
        let weight = Self.matrix(columns, depth, seed: 2, in: workspace)
        let bias = Self.matrix(1, columns, seed: 3, in: workspace)
        let out = Self.matrix(rows, columns, seed: 4, in: workspace)
        MatrixProduct.transposed(
          left, weight.pointer, bias: bias.pointer, into: out, destination, team: team)
        return out
      }
      #expect(floats.alone == floats.shared)
      for precision in ReducedPrecision.allCases {
        let rounded = bits { team, workspace in
          let left = Self.matrix(rows, depth, seed: 1, in: workspace)
          let weight = Self.matrix(columns, depth, seed: 2, in: workspace)
          let bias = Self.matrix(1, columns, seed: 3, in: workspace)
          let out = Self.matrix(rows, columns, seed: 4, in: workspace)
          let packed = PackedWeight(
            precision, rows: columns, columns: depth, numbers: weight.pointer)
          MatrixProduct.transposed(
            RoundedMatrix(left, to: precision, team: team, in: workspace), packed,
            bias: bias.pointer, then: .relu, into: out, destination, team: team)
          return out
        }
        #expect(rounded.alone == rounded.shared, "\(precision)")
      }
    }
  }

  @Test("Operations on rows, of which there are enough to share", arguments: [1, 500, 1001])
  func rows(count: Int) {
    let columns = 130
    typealias Operation = @Sendable (Matrix, Matrix, ForkJoinTeam?, Workspace) -> Matrix
    let operations: [Operation] = [
      { x, vectors, team, workspace in
        let out = workspace.matrix(rows: x.rows, columns: x.columns)
        x.rmsNorm(gain: vectors.pointer, epsilon: 1e-6, into: out, team: team)
        return out
      },
      { x, vectors, team, workspace in
        let out = workspace.matrix(rows: x.rows, columns: x.columns)
        x.layerNorm(
          gain: vectors.pointer, bias: vectors.pointer + columns, epsilon: 1e-6, into: out,
          team: team)
        return out
      },
      { x, vectors, team, workspace in
        x.addLayerNorm(
          residual: Self.matrix(x.rows, columns, seed: 8, in: workspace),
          linearBias: vectors.pointer, gain: vectors.pointer + columns, bias: vectors.pointer,
          epsilon: 1e-6, team: team)
        return x
      },
      { x, vectors, team, _ in
        x.apply(.gelu, bias: vectors.pointer, team: team)
        return x
      },
      { x, _, team, workspace in
        x.gate(.gelu, linear: Self.matrix(x.rows, columns, seed: 9, in: workspace), team: team)
        return x
      },
      { x, _, team, workspace in
        let out = workspace.matrix(rows: x.rows, columns: x.columns)
        x.apply(.gelu, into: out, team: team)
        return out
      },
    ]
    for (number, operation) in operations.enumerated() {
      let found = bits { team, workspace in
        operation(
          Self.matrix(count, columns, seed: 6, in: workspace),
          Self.matrix(2, columns, seed: 7, in: workspace), team, workspace)
      }
      #expect(found.alone == found.shared, "operation \(number)")
    }
  }

  @Test("Attention, of projected keys and of a text")
  func attention() {
    let offsets = [0, 1, 40, 140]
    let (heads, width) = (4, 32)
    for isRounded in [false, true] {
      let attended = bits { team, workspace in
        let parts = (0..<3).map { Self.matrix(140, width, seed: 10 + $0, in: workspace) }
        return Attention.forward(
          queries: parts[0], keys: parts[1], values: parts[2], heads: heads, scale: 0.3,
          layout: AttentionLayout(within: offsets),
          bias: DistanceBias(heads: heads, reach: 140) { Float($0) - Float($1) / 50 },
          isRounded: isRounded, team: team, in: workspace)
      }
      #expect(attended.alone == attended.shared)
    }
    let folded = bits { team, workspace in
      let weights = Self.matrix(2 * width, width, seed: 14, in: workspace)
      return FoldedAttention.forward(
        queries: Self.matrix(3, width, seed: 15, in: workspace),
        context: Self.matrix(140, width, seed: 16, in: workspace), keyWeight: weights.pointer,
        valueWeight: weights.pointer + width * width, valueBias: nil, heads: heads, scale: 0.3,
        layout: AttentionLayout(queryOffsets: [0, 1, 2, 3], keyOffsets: offsets), team: team,
        in: workspace)
    }
    #expect(folded.alone == folded.shared)
  }
}
