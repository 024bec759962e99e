public import Kernels
public import Transformers

/// Computes forward passes and records them, so that `backward` can go back over them.
///
/// One thread at a time; several tapes over the same parameters may run at once, each with gradients
/// of its own.
public struct Tape: Backend {
  /// A matrix of activations, and the gradient of the loss by it.
  ///
  /// A class because the operations that use a value add to its one gradient.
  public final class Value {
    /// `[rows, columns]`.
    public let matrix: Matrix
    var gradient: Matrix?
    /// Whether a parameter that is learnt had a part in it; nothing goes back to what has none.
    fileprivate(set) var isLearnt = false

    init(_ matrix: Matrix) { self.matrix = matrix }
  }

  private let ground: TapeGround
  private let rate: Float
  private var seed: UInt64 = 0
  private var drops = 0
  /// Last first to be called.
  private var steps: [() -> Void] = []
  /// By table; each reaches as far as the longest sequence of this pass so far.
  private var biases: [RelativePositions: DistanceBias] = [:]

  /// A tape over some parameters.
  ///
  /// - Parameters:
  ///   - gradients: Where the gradients by the parameters are added.
  ///   - dropout: From 0 to below 1.
  ///   - rounded: Layers whose products are of bfloat16; nil: all are of floats.
  public init(
    _ parameters: TrainableParameters, gradients: Gradients, dropout: Float = 0,
    rounded: RoundedLayers? = nil
  ) {
    ground = TapeGround(parameters, gradients, rounded)
    rate = dropout
  }

  /// Begins a pass: what it drops is a function of this seed.
  public mutating func begin(seed: UInt64) {
    precondition(steps.isEmpty, "the pass before was not taken back")
    self.seed = seed
    drops = 0
    biases = [:]
  }

  /// Takes the whole pass back, from the gradient of the loss by some values of it.
  ///
  /// - Parameter slopes: Each of its value's shape, row-major.
  public mutating func backward(from slopes: [(value: Value, gradient: [Float])]) {
    for (value, gradient) in slopes {
      precondition(gradient.count == value.matrix.count, "a gradient has its value's shape")
      ground.add(to: value) { out in
        for (index, number) in gradient.enumerated() { out.pointer[index] += number }
      }
    }
    ground.forgetRounded()
    // Each step goes as soon as it is done, and its activations' memory with it.
    while let step = steps.popLast() { step() }
    ground.forgetRounded()
  }

  /// Forgets a pass that will not be taken back.
  public mutating func discard() {
    steps = []
    ground.forgetRounded()
  }

  /// Records how to go back from `out` to what it was made of, if something of that is learnt; a value
  /// that no loss depends on is passed over.
  private mutating func record(
    _ out: Value, from values: [Value], by parameters: [Parameter?] = [],
    _ step: @escaping (_ slopes: Matrix) -> Void
  ) {
    out.isLearnt =
      values.contains(where: \.isLearnt)
      || parameters.contains { $0.flatMap(ground.gradients.pointer) != nil }
    guard out.isLearnt else { return }
    steps.append {
      guard let slopes = out.gradient else { return }
      out.gradient = nil
      step(slopes)
    }
  }

  private mutating func nextDropout() -> Dropout? {
    guard rate > 0 else { return nil }
    drops += 1
    return Dropout(rate: rate, seed: seed &+ UInt64(drops) &* 0xd1b5_4a32_d192_ed03)
  }

  // MARK: Operations

  /// Rows of a table.
  public mutating func gather(_ rows: [Int32], from table: Parameter) -> Value {
    let out = Value(ground.workspace.matrix(rows: rows.count, columns: table.columns))
    out.matrix.gather(rows, from: ground.weights(table), tableRows: table.rows)
    let ground = ground
    record(out, from: [], by: [table]) { slopes in
      guard let gradient = ground.gradients.pointer(table) else { return }
      slopes.scatterAdd(rows, to: gradient, tableRows: table.rows)
    }
    return out
  }

  /// Rows of a value.
  public mutating func select(_ rows: [Int32], of x: Value) -> Value {
    let out = Value(ground.workspace.matrix(rows: rows.count, columns: x.matrix.columns))
    out.matrix.gather(rows, from: x.matrix.pointer, tableRows: x.matrix.rows)
    let ground = ground
    record(out, from: [x]) { slopes in
      ground.add(to: x) { gradient in
        slopes.scatterAdd(rows, to: gradient.pointer, tableRows: gradient.rows)
      }
    }
    return out
  }

  /// x · weightᵀ + bias.
  public mutating func linear(_ x: Value, _ weight: Parameter, bias: Parameter?) -> Value {
    let out = Value(ground.workspace.matrix(rows: x.matrix.rows, columns: weight.rows))
    ground.multiply(x, weight, bias: bias, into: out.matrix)
    let ground = ground
    record(out, from: [x], by: [weight, bias]) { ground.linearBackward($0, x, weight, bias) }
    return out
  }

  /// x · (the given rows of `table`)ᵀ.
  public mutating func project(
    _ x: Value, onto rows: [Int32], of table: Parameter
  ) -> Value {
    let chosen = ground.workspace.matrix(rows: rows.count, columns: table.columns)
    chosen.gather(rows, from: ground.weights(table), tableRows: table.rows)
    let out = Value(ground.workspace.matrix(rows: x.matrix.rows, columns: rows.count))
    MatrixProduct.transposed(x.matrix, chosen.pointer, into: out.matrix)
    let ground = ground
    record(out, from: [x], by: [table]) { slopes in
      if let gradient = ground.gradients.pointer(table) {
        let part = ground.fresh(like: chosen)
        part.pointer.update(repeating: 0, count: part.count)
        MatrixProduct.addWeightGradient(slopes, x.matrix, into: part.pointer)
        part.scatterAdd(rows, to: gradient, tableRows: table.rows)
      }
      ground.addProduct(to: x) { MatrixProduct.backward(slopes, chosen.pointer, into: $0, $1) }
    }
    return out
  }

  /// Root-mean-square norm of each row.
  public mutating func rmsNorm(_ x: Value, gain: Parameter, epsilon: Float) -> Value {
    let out = Value(ground.fresh(like: x.matrix))
    x.matrix.rmsNorm(gain: ground.weights(gain), epsilon: epsilon, into: out.matrix)
    let ground = ground
    record(out, from: [x], by: [gain]) { slopes in
      x.matrix.rmsNormBackward(
        gain: ground.weights(gain), epsilon: epsilon, slopes: slopes,
        addingTo: ground.gradient(of: x), gainGradient: ground.gradients.pointerOrScratch(gain))
    }
    return out
  }

  /// Layer norm of each row.
  public mutating func layerNorm(
    _ x: Value, gain: Parameter, bias: Parameter, epsilon: Float
  ) -> Value {
    let out = Value(ground.fresh(like: x.matrix))
    x.matrix.layerNorm(
      gain: ground.weights(gain), bias: ground.weights(bias), epsilon: epsilon, into: out.matrix)
    let ground = ground
    record(out, from: [x], by: [gain, bias]) { slopes in
      x.matrix.layerNormBackward(
        gain: ground.weights(gain), epsilon: epsilon, slopes: slopes,
        addingTo: ground.gradient(of: x), gainGradient: ground.gradients.pointerOrScratch(gain),
        biasGradient: ground.gradients.pointerOrScratch(bias))
    }
    return out
  }

  /// activation(x).
  public mutating func activate(_ x: Value, with activation: Activation) -> Value {
    let out = Value(ground.fresh(like: x.matrix))
    x.matrix.apply(activation, into: out.matrix)
    let ground = ground
    record(out, from: [x]) { slopes in
      x.matrix.activationBackward(activation, slopes: slopes, into: slopes)
      ground.give(slopes, to: x)
    }
    return out
  }

  /// a + b.
  public mutating func add(_ a: Value, _ b: Value) -> Value {
    let out = Value(ground.fresh(like: a.matrix))
    a.matrix.add(b.matrix, into: out.matrix)
    let ground = ground
    record(out, from: [a, b]) { slopes in
      ground.add(to: b) { gradient in gradient.add(slopes) }
      ground.give(slopes, to: a)
    }
    return out
  }

  /// a · b, number by number.
  public mutating func multiply(_ a: Value, _ b: Value) -> Value {
    let out = Value(ground.fresh(like: a.matrix))
    a.matrix.multiply(by: b.matrix, into: out.matrix)
    let ground = ground
    record(out, from: [a, b]) { slopes in
      let other = ground.fresh(like: slopes)
      slopes.multiply(by: a.matrix, into: other)
      slopes.multiply(by: b.matrix)
      ground.give(slopes, to: a)
      ground.give(other, to: b)
    }
    return out
  }

  /// x · factor.
  public mutating func scale(_ x: Value, by factor: Float) -> Value {
    let out = Value(ground.fresh(like: x.matrix))
    x.matrix.scale(by: factor, into: out.matrix)
    let ground = ground
    record(out, from: [x]) { slopes in
      slopes.scale(by: factor)
      ground.give(slopes, to: x)
    }
    return out
  }

  /// x with some numbers dropped.
  public mutating func drop(_ x: consuming Value) -> Value {
    guard let dropout = nextDropout() else { return x }
    let input = x
    let out = Value(ground.copy(of: input.matrix))
    out.matrix.drop(dropout)
    let ground = ground
    record(out, from: [input]) { slopes in
      slopes.drop(dropout)
      ground.give(slopes, to: input)
    }
    return out
  }

  /// Attention by sequence and head.
  public mutating func attend(
    queries: Value, keys: Value, values: Value, heads: Int, scale: Float,
    layout: AttentionLayout, positions: RelativePositions?
  ) -> Value {
    let longest = (0..<layout.count).map { layout.keys(of: $0).count }.max() ?? 0
    let bias = positions.map { self.bias(of: $0, forLength: longest) }
    let dropout = nextDropout()
    let out = Value(
      Attention.forward(
        queries: queries.matrix, keys: keys.matrix, values: values.matrix, heads: heads,
        scale: scale, layout: layout, bias: bias, dropout: dropout, in: ground.workspace))
    let ground = ground
    record(out, from: [queries, keys, values], by: [positions?.table]) { slopes in
      ground.attendBackward(
        slopes, queries, keys, values, heads, scale, layout, positions, bias, dropout)
    }
    return out
  }

  /// Attention of few queries over a text that is not projected.
  public mutating func attend(
    queries: Value, over context: Value, keyWeight: Parameter, valueWeight: Parameter,
    valueBias: Parameter?, heads: Int, scale: Float, layout: AttentionLayout
  ) -> Value {
    // Probabilities of which some are dropped do not sum to 1, as the folded bias needs them to.
    guard rate == 0 else {
      return attend(
        queries: queries, keys: linear(context, keyWeight, bias: nil),
        values: linear(context, valueWeight, bias: valueBias), heads: heads, scale: scale,
        layout: layout, positions: nil)
    }
    let out = Value(
      FoldedAttention.forward(
        queries: queries.matrix, context: context.matrix, keyWeight: ground.weights(keyWeight),
        valueWeight: ground.weights(valueWeight), valueBias: valueBias.map(ground.weights),
        heads: heads, scale: scale, layout: layout, in: ground.workspace))
    let ground = ground
    record(out, from: [queries, context], by: [keyWeight, valueWeight, valueBias]) { slopes in
      ground.foldedBackward(
        slopes, queries, context, keyWeight, valueWeight, valueBias, heads, scale, layout)
    }
    return out
  }

  private mutating func bias(
    of positions: RelativePositions, forLength length: Int
  ) -> DistanceBias {
    let reach = max(length - 1, 0)
    if let known = biases[positions], known.reach >= reach { return known }
    let bias = positions.bias(reach: reach, values: ground.weights(positions.table))
    biases[positions] = bias
    return bias
  }

  /// Rows of several values, turn by turn.
  public mutating func interleave(_ values: [Value]) -> Value {
    guard let first = values.first?.matrix else {
      return Value(ground.workspace.matrix(rows: 0, columns: 0))
    }
    let out = Value(
      ground.workspace.matrix(rows: first.rows * values.count, columns: first.columns))
    let columns = first.columns
    for (turn, value) in values.enumerated() {
      precondition(value.matrix.rows == first.rows && value.matrix.columns == columns)
      for row in 0..<first.rows {
        // In bounds: row · values.count + turn is below out's rows.
        (out.matrix.pointer + (row * values.count + turn) * columns).update(
          from: value.matrix.pointer + row * columns, count: columns)
      }
    }
    let ground = ground
    record(out, from: values) { slopes in
      for (turn, value) in values.enumerated() {
        let rows = (0..<value.matrix.rows).map { Int32($0 * values.count + turn) }
        let part = ground.fresh(like: value.matrix)
        part.gather(rows, from: slopes.pointer, tableRows: slopes.rows)
        ground.give(part, to: value)
      }
    }
    return out
  }

  // MARK: In one step

  /// x + what is left of y · weightᵀ after dropout.
  public mutating func addLinear(
    _ x: consuming Value, _ y: Value, _ weight: Parameter
  ) -> Value {
    let input = x
    guard let dropout = nextDropout() else {
      let out = Value(ground.copy(of: input.matrix))
      ground.multiply(y, weight, into: out.matrix, .addedTo)
      let ground = ground
      record(out, from: [input, y], by: [weight]) { slopes in
        ground.linearBackward(slopes, y, weight, nil)
        ground.give(slopes, to: input)
      }
      return out
    }
    let product = linear(y, weight, bias: nil)
    let dropped = Value(ground.copy(of: product.matrix))
    dropped.matrix.drop(dropout)
    let ground = ground
    record(dropped, from: [product]) { slopes in
      slopes.drop(dropout)
      ground.give(slopes, to: product)
    }
    return add(input, dropped)
  }

  /// The layer norm of residual + what is left of x · weightᵀ + bias after dropout.
  public mutating func linearLayerNorm(
    _ x: Value, _ weight: Parameter, bias: Parameter, residual: Value, gain: Parameter,
    normBias: Parameter, epsilon: Float
  ) -> Value {
    layerNorm(
      add(drop(linear(x, weight, bias: bias)), residual), gain: gain, bias: normBias,
      epsilon: epsilon)
  }
}
