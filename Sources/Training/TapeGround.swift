import Kernels
import Transformers

/// What every operation of a tape needs, on the way there and back: weights, gradients, memory.
///
/// A class because the recorded steps share it. One thread at a time.
final class TapeGround {
  let parameters: TrainableParameters
  let gradients: Gradients
  let workspace = Workspace()
  private let rounded: RoundedLayers?
  // Layers that share an input follow each other, so that the last one is all that is worth keeping.
  private var lastRows: (value: Tape.Value, rounded: RoundedMatrix)?
  private var lastColumns: (value: Tape.Value, rounded: RoundedColumns)?

  init(_ parameters: TrainableParameters, _ gradients: Gradients, _ rounded: RoundedLayers?) {
    self.parameters = parameters
    self.gradients = gradients
    self.rounded = rounded
  }

  // MARK: Memory

  func weights(_ parameter: Parameter) -> UnsafePointer<Float> {
    UnsafePointer(parameters.pointer(parameter))
  }

  /// Adds to a value's gradient; a fresh one is zeroed first.
  func add(to value: Tape.Value, _ body: (Matrix) -> Void) {
    if value.isLearnt { body(gradient(of: value)) }
  }

  /// A value's gradient, to be added to; of one that nothing goes back to, memory that nobody reads.
  func gradient(of value: Tape.Value) -> Matrix {
    guard value.isLearnt else { return zeros(like: value.matrix) }
    if let gradient = value.gradient { return gradient }
    let gradient = zeros(like: value.matrix)
    value.gradient = gradient
    return gradient
  }

  /// Adds a product to a value's gradient, or makes it the gradient.
  func addProduct(to value: Tape.Value, _ body: (Matrix, MatrixProduct.Destination) -> Void) {
    guard value.isLearnt else { return }
    if let gradient = value.gradient {
      body(gradient, .addedTo)
    } else {
      let gradient = fresh(like: value.matrix)
      value.gradient = gradient
      body(gradient, .overwritten)
    }
  }

  /// Adds a matrix that nobody else needs any more to a value's gradient.
  func give(_ slopes: Matrix, to value: Tape.Value) {
    guard value.isLearnt else { return }
    if let gradient = value.gradient {
      gradient.add(slopes)
    } else {
      value.gradient = slopes
    }
  }

  func fresh(like other: Matrix) -> Matrix {
    workspace.matrix(rows: other.rows, columns: other.columns)
  }

  func zeros(like other: Matrix) -> Matrix {
    let out = fresh(like: other)
    out.pointer.update(repeating: 0, count: out.count)
    return out
  }

  func copy(of x: Matrix) -> Matrix {
    let out = fresh(like: x)
    out.pointer.update(from: x.pointer, count: x.count)
    return out
  }

  // MARK: Rounded inputs

  private func rows(of x: Tape.Value) -> RoundedMatrix {
    if let lastRows, lastRows.value === x { return lastRows.rounded }
    lastRows = nil
    let rounded = RoundedMatrix(x.matrix, to: .bf16, in: workspace)
    lastRows = (x, rounded)
    return rounded
  }

  private func columns(of x: Tape.Value) -> RoundedColumns {
    if let lastColumns, lastColumns.value === x { return lastColumns.rounded }
    lastColumns = nil
    let rounded = RoundedColumns(x.matrix, in: workspace)
    lastColumns = (x, rounded)
    return rounded
  }

  /// Gives back the memory of what was rounded.
  func forgetRounded() {
    lastRows = nil
    lastColumns = nil
  }

  // MARK: Linear layers

  /// out = x · weightᵀ + bias, or out + x · weightᵀ + bias.
  func multiply(
    _ x: Tape.Value, _ weight: Parameter, bias: Parameter? = nil, into out: Matrix,
    _ destination: MatrixProduct.Destination = .overwritten
  ) {
    precondition(x.matrix.columns == weight.columns, "a layer's input is as wide as its weight")
    let bias = bias.map(weights)
    if let layer = rounded?[weight] {
      MatrixProduct.transposed(rows(of: x), layer.forward, bias: bias, into: out, destination)
    } else {
      MatrixProduct.transposed(x.matrix, weights(weight), bias: bias, into: out, destination)
    }
  }

  func linearBackward(
    _ slopes: Matrix, _ x: Tape.Value, _ weight: Parameter, _ bias: Parameter?
  ) {
    if let bias, let gradient = gradients.pointer(bias) { slopes.addColumnSums(to: gradient) }
    guard let layer = rounded?[weight] else {
      if let gradient = gradients.pointer(weight) {
        MatrixProduct.addWeightGradient(slopes, x.matrix, into: gradient)
      }
      addProduct(to: x) { MatrixProduct.backward(slopes, weights(weight), into: $0, $1) }
      return
    }
    if let gradient = gradients.pointer(weight) {
      MatrixProduct.addWeightGradient(
        RoundedColumns(slopes, in: workspace), columns(of: x), into: gradient)
    }
    let rounded = RoundedMatrix(slopes, to: .bf16, in: workspace)
    addProduct(to: x) { MatrixProduct.transposed(rounded, layer.backward, into: $0, $1) }
  }

  // MARK: Backward passes that several operations share

  func attendBackward(
    _ slopes: Matrix, _ queries: Tape.Value, _ keys: Tape.Value, _ values: Tape.Value, _ heads: Int,
    _ scale: Float, _ layout: AttentionLayout, _ positions: RelativePositions?,
    _ bias: DistanceBias?, _ dropout: Dropout?
  ) {
    let table = positions.flatMap { gradients.pointer($0.table) }
    let byDistance = table != nil ? bias.map { FloatArray(count: $0.values.count) } : nil
    Attention.backward(
      slopes: slopes, queries: queries.matrix, keys: keys.matrix, values: values.matrix,
      heads: heads, scale: scale, layout: layout, bias: bias, dropout: dropout,
      into: Attention.Gradients(
        queries: gradient(of: queries), keys: gradient(of: keys),
        values: gradient(of: values), bias: byDistance?.pointer), in: workspace)
    guard let positions, let bias, let table, let byDistance else { return }
    positions.addGradient(of: bias, byDistance: byDistance.pointer, to: table)
  }

  func foldedBackward(
    _ slopes: Matrix, _ queries: Tape.Value, _ context: Tape.Value, _ keyWeight: Parameter,
    _ valueWeight: Parameter, _ valueBias: Parameter?, _ heads: Int, _ scale: Float,
    _ layout: AttentionLayout
  ) {
    FoldedAttention.backward(
      slopes: slopes, queries: queries.matrix, context: context.matrix,
      keyWeight: weights(keyWeight), valueWeight: weights(valueWeight), heads: heads, scale: scale,
      layout: layout,
      into: FoldedAttention.Gradients(
        queries: gradient(of: queries), context: gradient(of: context),
        keyWeight: gradients.pointer(keyWeight), valueWeight: gradients.pointer(valueWeight),
        valueBias: valueBias.flatMap(gradients.pointer)), in: workspace)
  }
}
