import CKernels

// The backward passes of the kernels that work row by row. `self` is the forward pass's input.
// Pointers stay in bounds because every length is a matrix's own, and shapes are checked here.

/// A vector of gradients that a backward pass adds to.
public typealias GradientVector = UnsafeMutablePointer<Float>

extension Matrix {
  /// Backward of `rmsNorm`.
  ///
  /// - Parameters:
  ///   - gain: `[columns]`.
  ///   - slopes: The gradient by the norm, of this shape.
  ///   - out: The gradient by `self`, added to.
  ///   - gainGradient: `[columns]`.
  public func rmsNormBackward(
    gain: WeightVector, epsilon: Float, slopes: Matrix, addingTo out: Matrix,
    gainGradient: GradientVector
  ) {
    precondition(slopes.hasShape(of: self) && out.hasShape(of: self))
    t5k_rms_norm_backward(
      pointer, gain, epsilon, slopes.pointer, out.pointer, gainGradient, rows, columns)
  }

  /// Backward of `layerNorm`.
  ///
  /// - Parameters:
  ///   - gain: `[columns]`.
  ///   - slopes: The gradient by the norm, of this shape.
  ///   - out: The gradient by `self`, added to.
  ///   - gainGradient: `[columns]`.
  ///   - biasGradient: `[columns]`.
  public func layerNormBackward(
    gain: WeightVector, epsilon: Float, slopes: Matrix, addingTo out: Matrix,
    gainGradient: GradientVector, biasGradient: GradientVector
  ) {
    precondition(slopes.hasShape(of: self) && out.hasShape(of: self))
    t5k_layer_norm_backward(
      pointer, gain, epsilon, slopes.pointer, out.pointer, gainGradient, biasGradient, rows,
      columns)
  }

  /// slopes · activation′(self) into `out`, which may be `slopes`: backward of `apply`.
  public func activationBackward(_ activation: Activation, slopes: Matrix, into out: Matrix) {
    precondition(slopes.hasShape(of: self) && out.hasShape(of: self))
    t5k_activate_backward(activation.kernel, pointer, slopes.pointer, out.pointer, count)
  }

  /// Multiplies by a matrix of the same shape, number by number, in place.
  public func multiply(by other: Matrix) { multiply(by: other, into: self) }

  /// self · other, number by number, into `out`, all of one shape.
  public func multiply(by other: Matrix, into out: Matrix) {
    precondition(other.hasShape(of: self) && out.hasShape(of: self))
    t5k_multiply(pointer, other.pointer, out.pointer, count)
  }

  /// Adds each column's sum to `sums`, `[columns]`: the gradient by a bias.
  public func addColumnSums(to sums: GradientVector) {
    t5k_add_column_sums(pointer, rows, columns, sums)
  }

  /// Adds each row to a row of a table, `[tableRows, columns]`: backward of `gather`.
  ///
  /// - Precondition: One index a row, each below `tableRows`.
  public func scatterAdd(_ indices: [Int32], to table: GradientVector, tableRows: Int) {
    precondition(indices.count == rows, "each row has one index")
    precondition(
      indices.allSatisfy { $0 >= 0 && Int($0) < tableRows }, "an index is outside the table")
    t5k_scatter_add_rows(pointer, columns, indices, rows, table)
  }

  /// Drops numbers, in place: what `Dropout` says.
  public func drop(_ dropout: Dropout) {
    t5k_drop(pointer, pointer, count, dropout.seed, 0, dropout.rate)
  }
}

/// Which numbers of a matrix become 0; the others are divided by 1 − rate.
///
/// A function of the seed and of a number's place, so that the backward pass drops the same.
public struct Dropout: Sendable, Hashable {
  /// From 0 to below 1.
  public let rate: Float
  /// Of one use.
  public let seed: UInt64

  /// - Precondition: The rate is from 0 to below 1.
  public init(rate: Float, seed: UInt64) {
    precondition(rate >= 0 && rate < 1, "expected a dropout rate from 0 to below 1, found \(rate)")
    self.rate = rate
    self.seed = seed
  }

  /// The same rate for a part of what is dropped.
  func part(_ number: Int) -> Dropout {
    Dropout(rate: rate, seed: seed &+ UInt64(truncatingIfNeeded: number) &* 0x9e37_79b9_7f4a_7c15)
  }
}
