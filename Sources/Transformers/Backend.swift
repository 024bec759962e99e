public import Kernels

/// What computes a model: the operations in which T5 and BERT are written, once.
///
/// `InferenceBackend` computes; a training backend computes and records. A `Value` is a matrix of
/// activations, `[rows, columns]`. Operations that have a default are made of the others; a backend
/// replaces them where it can do better.
public protocol Backend {
  /// A linear layer's weight and bias.
  typealias Layer = (weight: Parameter, bias: Parameter?)

  /// A matrix of activations, `[rows, columns]`.
  associatedtype Value

  /// Rows of a table, `[rows.count, table.columns]`.
  mutating func gather(_ rows: [Int32], from table: Parameter) -> Value

  /// Rows of a value, `[rows.count, columns]`; a row may be taken several times.
  mutating func select(_ rows: [Int32], of x: Value) -> Value

  /// x · weightᵀ + bias, `[rows, weight.rows]`.
  mutating func linear(_ x: Value, _ weight: Parameter, bias: Parameter?) -> Value

  /// x · (the given rows of `table`)ᵀ, `[x.rows, rows.count]`: logits of some labels.
  mutating func project(_ x: Value, onto rows: [Int32], of table: Parameter) -> Value

  /// Root-mean-square norm of each row (T5LayerNorm).
  mutating func rmsNorm(_ x: Value, gain: Parameter, epsilon: Float) -> Value

  /// Layer norm of each row.
  mutating func layerNorm(_ x: Value, gain: Parameter, bias: Parameter, epsilon: Float) -> Value

  /// activation(x).
  mutating func activate(_ x: Value, with activation: Activation) -> Value

  /// a + b.
  mutating func add(_ a: Value, _ b: Value) -> Value

  /// a · b, number by number.
  mutating func multiply(_ a: Value, _ b: Value) -> Value

  /// x · factor.
  mutating func scale(_ x: Value, by factor: Float) -> Value

  /// softmax(Q·Kᵀ · scale + bias) · V by sequence and head, `[query rows, columns]`.
  mutating func attend(
    queries: Value, keys: Value, values: Value, heads: Int, scale: Float, layout: AttentionLayout,
    positions: RelativePositions?
  ) -> Value

  /// Rows of several values of one shape, turn by turn: row r of value v becomes row
  /// r · values.count + v.
  mutating func interleave(_ values: [Value]) -> Value

  // Made of the above unless a backend does better.

  /// Three linear layers of one input: what self-attention is computed from.
  mutating func projections(
    of x: Value, query: Layer, key: Layer, value: Layer
  ) -> (queries: Value, keys: Value, values: Value)

  /// What training drops at random numbers of, and inference leaves as it is.
  mutating func drop(_ x: consuming Value) -> Value

  /// x + y · weightᵀ: what a layer adds to its residual stream.
  mutating func addLinear(_ x: consuming Value, _ y: Value, _ weight: Parameter) -> Value

  /// activation(x · weightᵀ + bias).
  mutating func linear(
    _ x: Value, _ weight: Parameter, bias: Parameter?, then activation: Activation
  ) -> Value

  /// activation(x · gateᵀ) · (x · weightᵀ): the opening of T5 1.1's feed-forward.
  mutating func gatedLinear(
    _ x: Value, gate: Parameter, linear weight: Parameter, activation: Activation
  ) -> Value

  /// The layer norm of residual + x · weightᵀ + bias: how a layer of BERT ends.
  mutating func linearLayerNorm(
    _ x: Value, _ weight: Parameter, bias: Parameter, residual: Value, gain: Parameter,
    normBias: Parameter, epsilon: Float
  ) -> Value

  /// What `body` makes of x and y, of which each row depends on that row of both alone, and is as long as that of x:
  /// a backend may hand over some rows at a time.
  mutating func byRows(
    _ x: consuming Value, _ y: Value, _ body: (inout Self, consuming Value, Value) -> Value
  ) -> Value

  /// `attend` with keys and values that are linear layers of `context`, for few queries over long
  /// texts. The keys' bias would add the same to all scores of a head, so there is none.
  mutating func attend(
    queries: Value, over context: Value, keyWeight: Parameter, valueWeight: Parameter,
    valueBias: Parameter?, heads: Int, scale: Float, layout: AttentionLayout
  ) -> Value
}

extension Backend {
  /// x · weightᵀ, `[rows, weight.rows]`.
  public mutating func linear(_ x: Value, _ weight: Parameter) -> Value {
    linear(x, weight, bias: nil)
  }

  /// Three linear layers, one by one.
  public mutating func projections(
    of x: Value, query: Layer, key: Layer, value: Layer
  ) -> (queries: Value, keys: Value, values: Value) {
    (
      linear(x, query.weight, bias: query.bias), linear(x, key.weight, bias: key.bias),
      linear(x, value.weight, bias: value.bias)
    )
  }

  /// x itself.
  public mutating func drop(_ x: consuming Value) -> Value { x }

  /// x + y · weightᵀ, of a product and a sum.
  public mutating func addLinear(_ x: consuming Value, _ y: Value, _ weight: Parameter) -> Value {
    add(x, linear(y, weight))
  }

  /// activation(x · weightᵀ + bias), of a linear layer and an activation.
  public mutating func linear(
    _ x: Value, _ weight: Parameter, bias: Parameter?, then activation: Activation
  ) -> Value {
    activate(linear(x, weight, bias: bias), with: activation)
  }

  /// activation(x · gateᵀ) · (x · weightᵀ), of two linear layers.
  public mutating func gatedLinear(
    _ x: Value, gate: Parameter, linear weight: Parameter, activation: Activation
  ) -> Value {
    multiply(linear(x, gate, bias: nil, then: activation), linear(x, weight))
  }

  /// The layer norm of residual + x · weightᵀ + bias, of its parts.
  public mutating func linearLayerNorm(
    _ x: Value, _ weight: Parameter, bias: Parameter, residual: Value, gain: Parameter,
    normBias: Parameter, epsilon: Float
  ) -> Value {
    layerNorm(
      add(linear(x, weight, bias: bias), residual), gain: gain, bias: normBias, epsilon: epsilon)
  }

  /// All rows at once.
  public mutating func byRows(
    _ x: consuming Value, _ y: Value, _ body: (inout Self, consuming Value, Value) -> Value
  ) -> Value {
    body(&self, x, y)
  }

  /// Attention over a text's keys and values, each projected in full.
  public mutating func attend(
    queries: Value, over context: Value, keyWeight: Parameter, valueWeight: Parameter,
    valueBias: Parameter?, heads: Int, scale: Float, layout: AttentionLayout
  ) -> Value {
    attend(
      queries: queries, keys: linear(context, keyWeight),
      values: linear(context, valueWeight, bias: valueBias), heads: heads, scale: scale,
      layout: layout, positions: nil)
  }
}
