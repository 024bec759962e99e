import CKernels

// The kernels of CKernels that work row by row, with their lengths taken from the matrices.
// Pointers stay in bounds because every length is a matrix's own, and shapes are checked here.

/// A vector of weights: a norm's gain, a layer's bias.
public typealias WeightVector = UnsafePointer<Float>

extension Matrix {
  /// Root-mean-square norm of each row (T5LayerNorm), into `out` of the same shape.
  ///
  /// - Parameter gain: `[columns]`.
  public func rmsNorm(
    gain: WeightVector, epsilon: Float, into out: Matrix, team: ForkJoinTeam? = nil
  ) {
    precondition(out.hasShape(of: self))
    forEachPart(of: team) { place, count in
      t5k_rms_norm(pointer + place, gain, epsilon, out.pointer + place, count, columns)
    }
  }

  /// Layer norm of each row, into `out` of the same shape.
  ///
  /// - Parameters:
  ///   - gain: `[columns]`.
  ///   - bias: `[columns]`.
  public func layerNorm(
    gain: WeightVector, bias: WeightVector, epsilon: Float, into out: Matrix,
    team: ForkJoinTeam? = nil
  ) {
    precondition(out.hasShape(of: self))
    forEachPart(of: team) { place, count in
      t5k_layer_norm(pointer + place, gain, bias, epsilon, out.pointer + place, count, columns)
    }
  }

  /// Layer norm of each row of `self + linearBias + residual`, in place.
  ///
  /// - Parameters:
  ///   - residual: Of the same shape.
  ///   - linearBias: `[columns]`, the bias of the linear layer that made `self`.
  public func addLayerNorm(
    residual: Matrix, linearBias: WeightVector, gain: WeightVector, bias: WeightVector,
    epsilon: Float, team: ForkJoinTeam? = nil
  ) {
    precondition(residual.hasShape(of: self))
    forEachPart(of: team) { place, count in
      t5k_add_layer_norm(
        pointer + place, residual.pointer + place, linearBias, gain, bias, epsilon,
        pointer + place, count, columns)
    }
  }

  /// Applies an activation, in place.
  public func apply(_ activation: Activation, team: ForkJoinTeam? = nil) {
    apply(activation, into: self, team: team)
  }

  /// activation(self) into `out`, of the same shape.
  public func apply(_ activation: Activation, into out: Matrix, team: ForkJoinTeam? = nil) {
    precondition(out.hasShape(of: self))
    forEachPart(of: team) { place, rows in
      t5k_activate(activation.kernel, pointer + place, out.pointer + place, rows * columns)
    }
  }

  /// Adds a bias, `[columns]`, to each row and applies an activation, in place.
  public func apply(_ activation: Activation, bias: WeightVector, team: ForkJoinTeam? = nil) {
    forEachPart(of: team) { place, rows in
      t5k_bias_activate(
        activation.kernel, pointer + place, bias, pointer + place, rows, columns)
    }
  }

  /// activation(self) · linear, in place: the gate of T5 1.1's feed-forward.
  public func gate(_ activation: Activation, linear: Matrix, team: ForkJoinTeam? = nil) {
    precondition(linear.hasShape(of: self))
    forEachPart(of: team) { place, rows in
      t5k_gate(
        activation.kernel, pointer + place, linear.pointer + place, pointer + place,
        rows * columns)
    }
  }

  /// Adds a matrix of the same shape, in place.
  public func add(_ other: Matrix) { add(other, into: self) }

  /// self + other into `out`, all of one shape.
  public func add(_ other: Matrix, into out: Matrix) {
    precondition(other.hasShape(of: self) && out.hasShape(of: self))
    t5k_add(pointer, other.pointer, out.pointer, count)
  }

  /// Multiplies every number, in place.
  public func scale(by factor: Float) { scale(by: factor, into: self) }

  /// self · factor into `out`, of the same shape.
  public func scale(by factor: Float, into out: Matrix) {
    precondition(out.hasShape(of: self))
    t5k_scale(pointer, factor, out.pointer, count)
  }

  /// Fills this matrix with rows of a table, `[tableRows, columns]`.
  ///
  /// - Precondition: One index a row, each below `tableRows`.
  public func gather(_ indices: [Int32], from table: UnsafePointer<Float>, tableRows: Int) {
    precondition(indices.count == rows, "each row has one index")
    precondition(
      indices.allSatisfy { $0 >= 0 && Int($0) < tableRows }, "an index is outside the table")
    t5k_gather_rows(table, columns, indices, rows, pointer)
  }

  /// Fewer numbers a thread are not worth the wait for it.
  private static let fewestNumbers = 1 << 14

  /// Calls `body` for all rows: at once, or for a part of them on each of a team's threads.
  ///
  /// - Parameter body: Is told where the rows' first number stands, and how many rows there are.
  func forEachPart(of team: ForkJoinTeam?, _ body: (_ place: Int, _ rows: Int) -> Void) {
    guard let team, count >= team.count * Self.fewestNumbers else {
      body(0, rows)
      return
    }
    let size = (rows + team.count - 1) / team.count
    team.share(parts: (rows + size - 1) / size) { part, _ in
      let first = part * size
      // In bounds: `first` is below `rows`.
      body(first * columns, min(size, rows - first))
    }
  }

  func hasShape(of other: Matrix) -> Bool {
    rows == other.rows && columns == other.columns
  }
}

/// log Σ exp(x), shifted by the maximum, in double precision.
public func logSumExp(_ values: UnsafeBufferPointer<Float>) -> Float {
  t5k_log_sum_exp(values.baseAddress, values.count)
}

/// The index of the greatest value, the lowest among equals; 0 if there is none.
public func indexOfGreatest(_ values: UnsafeBufferPointer<Float>) -> Int {
  t5k_argmax(values.baseAddress, values.count)
}
