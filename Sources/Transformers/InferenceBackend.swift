import Checkpoints
public import Kernels

/// Computes forward passes, one at a time, in memory that it uses again.
///
/// A value of a batch's row never depends on the batch's other rows, to the last bit.
public struct InferenceBackend: Backend {
  private let parameters: Parameters
  /// nil: nothing is rounded.
  private let precision: ReducedPrecision?
  /// Where activations are; for what else is computed with them on the way.
  package let workspace = Workspace()
  /// Whose threads share each step; nil: the calling thread computes all of it.
  var team: ForkJoinTeam?
  /// By table; each reaches as far as the longest sequence so far.
  private var biases: [RelativePositions: DistanceBias] = [:]

  /// A backend for a model's weights.
  public init(parameters: Parameters, precision: Precision = .fp32) {
    self.parameters = parameters
    self.precision = precision.reduced
  }

  func pointer(_ parameter: Parameter) -> UnsafePointer<Float> {
    // `parameters` keeps the buffer alive for as long as this backend lives.
    parameters[parameter].pointer
  }

  /// Rows of a table.
  public mutating func gather(_ rows: [Int32], from table: Parameter) -> Matrix {
    let out = workspace.matrix(rows: rows.count, columns: table.columns)
    parameters.gather(rows, from: table, into: out)
    return out
  }

  /// Rows of a value.
  public mutating func select(_ rows: [Int32], of x: Matrix) -> Matrix {
    let out = workspace.matrix(rows: rows.count, columns: x.columns)
    out.gather(rows, from: x.pointer, tableRows: x.rows)
    return out
  }

  /// x · weightᵀ + bias.
  public mutating func linear(_ x: Matrix, _ weight: Parameter, bias: Parameter?) -> Matrix {
    linear(LayerInput(x), weight, bias: bias)
  }

  private func linear(_ x: LayerInput, _ weight: Parameter, bias: Parameter?) -> Matrix {
    let out = workspace.matrix(rows: x.matrix.rows, columns: weight.rows)
    multiply(x, weight, bias: bias, into: out)
    return out
  }

  /// out = activation(x · weightᵀ + bias), or activation(out + x · weightᵀ + bias).
  private func multiply(
    _ x: LayerInput, _ weight: Parameter, bias: Parameter? = nil,
    then activation: Activation? = nil, into out: Matrix,
    _ destination: MatrixProduct.Destination = .overwritten
  ) {
    precondition(x.matrix.columns == weight.columns, "a layer's input is as wide as its weight")
    if let packed = precision.flatMap({ parameters.packed(weight, $0) }) {
      MatrixProduct.transposed(
        x.rounded(to: packed.precision, team: team, in: workspace), packed,
        bias: bias.map(pointer), then: activation, into: out, destination, team: team)
      return
    }
    // A bias is added on the way, with the activation where there is one.
    let early = activation == nil ? bias : nil
    MatrixProduct.transposed(
      x.matrix, pointer(weight), bias: early.map(pointer), into: out, destination, team: team)
    switch (activation, bias) {
    case (let activation?, let bias?): out.apply(activation, bias: pointer(bias), team: team)
    case (let activation?, nil): out.apply(activation, team: team)
    case (nil, _): break
    }
  }

  /// x · (the given rows of `table`)ᵀ.
  public mutating func project(
    _ x: Matrix, onto rows: [Int32], of table: Parameter
  ) -> Matrix {
    let chosen = gather(rows, from: table)
    let out = workspace.matrix(rows: x.rows, columns: rows.count)
    MatrixProduct.transposed(x, chosen.pointer, into: out, team: team)
    return out
  }

  /// Root-mean-square norm of each row.
  public mutating func rmsNorm(_ x: Matrix, gain: Parameter, epsilon: Float) -> Matrix {
    let out = workspace.matrix(rows: x.rows, columns: x.columns)
    x.rmsNorm(gain: pointer(gain), epsilon: epsilon, into: out, team: team)
    return out
  }

  /// Layer norm of each row.
  public mutating func layerNorm(
    _ x: Matrix, gain: Parameter, bias: Parameter, epsilon: Float
  ) -> Matrix {
    let out = workspace.matrix(rows: x.rows, columns: x.columns)
    x.layerNorm(
      gain: pointer(gain), bias: pointer(bias), epsilon: epsilon, into: out, team: team)
    return out
  }

  /// activation(x).
  public mutating func activate(_ x: Matrix, with activation: Activation) -> Matrix {
    let out = workspace.matrix(rows: x.rows, columns: x.columns)
    x.apply(activation, into: out, team: team)
    return out
  }

  /// a + b.
  public mutating func add(_ a: Matrix, _ b: Matrix) -> Matrix {
    let out = workspace.matrix(rows: a.rows, columns: a.columns)
    a.add(b, into: out)
    return out
  }

  /// a · b, number by number.
  public mutating func multiply(_ a: Matrix, _ b: Matrix) -> Matrix {
    let out = workspace.matrix(rows: a.rows, columns: a.columns)
    a.multiply(by: b, into: out)
    return out
  }

  /// x · factor.
  public mutating func scale(_ x: Matrix, by factor: Float) -> Matrix {
    let out = workspace.matrix(rows: x.rows, columns: x.columns)
    x.scale(by: factor, into: out)
    return out
  }

  /// Attention by sequence and head.
  public mutating func attend(
    queries: Matrix, keys: Matrix, values: Matrix, heads: Int, scale: Float,
    layout: AttentionLayout, positions: RelativePositions?
  ) -> Matrix {
    let longest = (0..<layout.count).map { layout.keys(of: $0).count }.max() ?? 0
    return Attention.forward(
      queries: queries, keys: keys, values: values, heads: heads, scale: scale, layout: layout,
      bias: positions.map { bias(of: $0, forLength: longest) },
      isRounded: roundsAttention(over: layout), team: team, in: workspace)
  }

  /// An encoder's attention is rounded to bfloat16, whatever its layers are rounded to, where that is faster; not
  /// that of a family whose layers are never rounded.
  private func roundsAttention(over layout: AttentionLayout) -> Bool {
    precision != nil && parameters.canBeRounded && ReducedPrecision.bf16.isNative
      && layout.isOfAnEncoder
  }

  /// Rows of several values, turn by turn.
  public mutating func interleave(_ values: [Matrix]) -> Matrix {
    guard let first = values.first else { return workspace.matrix(rows: 0, columns: 0) }
    let out = workspace.matrix(rows: first.rows * values.count, columns: first.columns)
    for (turn, value) in values.enumerated() {
      precondition(value.rows == first.rows && value.columns == first.columns)
      for row in 0..<value.rows {
        // In bounds: row · values.count + turn is below out.rows.
        (out.pointer + (row * values.count + turn) * out.columns).update(
          from: value.pointer + row * out.columns, count: out.columns)
      }
    }
    return out
  }

  // MARK: Better than their parts

  /// Three linear layers of one input, which is rounded once.
  public mutating func projections(
    of x: Matrix, query: Layer, key: Layer, value: Layer
  ) -> (queries: Matrix, keys: Matrix, values: Matrix) {
    let input = LayerInput(x)
    return (
      linear(input, query.weight, bias: query.bias), linear(input, key.weight, bias: key.bias),
      linear(input, value.weight, bias: value.bias)
    )
  }

  /// x + y · weightᵀ, in the memory of x where nobody else holds it.
  public mutating func addLinear(
    _ x: consuming Matrix, _ y: Matrix, _ weight: Parameter
  ) -> Matrix {
    var sum = x
    if !isKnownUniquelyReferenced(&sum) { sum = copy(of: sum) }
    multiply(LayerInput(y), weight, into: sum, .addedTo)
    return sum
  }

  /// activation(x · weightᵀ + bias).
  public mutating func linear(
    _ x: Matrix, _ weight: Parameter, bias: Parameter?, then activation: Activation
  ) -> Matrix {
    let out = workspace.matrix(rows: x.rows, columns: weight.rows)
    multiply(LayerInput(x), weight, bias: bias, then: activation, into: out)
    return out
  }

  /// activation(x · gateᵀ) · (x · weightᵀ).
  public mutating func gatedLinear(
    _ x: Matrix, gate: Parameter, linear weight: Parameter, activation: Activation
  ) -> Matrix {
    let input = LayerInput(x)
    let out = linear(input, gate, bias: nil)
    out.gate(activation, linear: linear(input, weight, bias: nil), team: team)
    return out
  }

  /// The layer norm of residual + x · weightᵀ + bias.
  public mutating func linearLayerNorm(
    _ x: Matrix, _ weight: Parameter, bias: Parameter, residual: Matrix, gain: Parameter,
    normBias: Parameter, epsilon: Float
  ) -> Matrix {
    let out = linear(x, weight)
    out.addLayerNorm(
      residual: residual, linearBias: pointer(bias), gain: pointer(gain), bias: pointer(normBias),
      epsilon: epsilon, team: team)
    return out
  }

  /// So many rows at a time that what lies between the layers stays in a second-level cache.
  ///
  /// In the memory of x where nobody else holds it. Not in fp32, whose products lay a weight out anew for each
  /// call.
  public mutating func byRows(
    _ x: consuming Matrix, _ y: Matrix,
    _ body: (inout InferenceBackend, consuming Matrix, Matrix) -> Matrix
  ) -> Matrix {
    let parts = (x.rows + Self.rowsAtOnce - 1) / Self.rowsAtOnce
    guard parts > 1, team == nil, precision != nil, parameters.canBeRounded else {
      return body(&self, x, y)
    }
    var all = x
    if !isKnownUniquelyReferenced(&all) { all = copy(of: all) }
    // Whole tiles of the products.
    let step = ((all.rows + parts - 1) / parts + 7) / 8 * 8
    for first in stride(from: 0, to: all.rows, by: step) {
      let rows = first..<min(first + step, all.rows)
      let result = body(&self, all.sharing(rows: rows), y.sharing(rows: rows))
      precondition(result.rows == rows.count && result.columns == all.columns)
      let place = all.pointer + first * all.columns
      if result.pointer != place { place.update(from: result.pointer, count: result.count) }
    }
    return all
  }

  /// The rows of A for which a product of reduced precision passes a weight once.
  private static let rowsAtOnce = 96

  /// Attention of few queries over a text that is not projected.
  public mutating func attend(
    queries: Matrix, over context: Matrix, keyWeight: Parameter, valueWeight: Parameter,
    valueBias: Parameter?, heads: Int, scale: Float, layout: AttentionLayout
  ) -> Matrix {
    FoldedAttention.forward(
      queries: queries, context: context, keyWeight: pointer(keyWeight),
      valueWeight: pointer(valueWeight), valueBias: valueBias.map(pointer), heads: heads,
      scale: scale, layout: layout, team: team, in: workspace)
  }

  func copy(of x: Matrix) -> Matrix {
    let out = workspace.matrix(rows: x.rows, columns: x.columns)
    out.pointer.update(from: x.pointer, count: x.count)
    return out
  }

  private mutating func bias(of positions: RelativePositions, forLength length: Int)
    -> DistanceBias
  {
    let reach = max(length - 1, 0)
    if let known = biases[positions], known.reach >= reach { return known }
    // Rounded up, so that a slightly longer sequence does not make it anew.
    let bias = positions.bias(reach: (reach / 128 + 1) * 128, values: pointer(positions.table))
    biases[positions] = bias
    return bias
  }
}

/// What a layer multiplies; rounded where its weight is, and once for all layers that share it.
///
/// A class because it remembers that.
private final class LayerInput {
  let matrix: Matrix
  private var rounded: RoundedMatrix?

  init(_ matrix: Matrix) { self.matrix = matrix }

  func rounded(
    to precision: ReducedPrecision, team: ForkJoinTeam?, in workspace: Workspace
  ) -> RoundedMatrix {
    if let rounded, rounded.precision == precision { return rounded }
    let made = RoundedMatrix(matrix, to: precision, team: team, in: workspace)
    rounded = made
    return made
  }
}
