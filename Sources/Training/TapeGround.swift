import Kernels
import Transformers

/// What every operation of a tape needs, on the way there and back: weights, gradients, memory.
///
/// A class because the recorded steps share it. One thread at a time.
final class TapeGround {
  let parameters: TrainableParameters
  let gradients: Gradients
  let workspace = Workspace()

  init(_ parameters: TrainableParameters, _ gradients: Gradients) {
    self.parameters = parameters
    self.gradients = gradients
  }

  // MARK: Memory

  func weights(_ parameter: Parameter) -> UnsafePointer<Float> {
    UnsafePointer(parameters.pointer(parameter))
  }

  /// Adds to a value's gradient; a fresh one is zeroed first.
  func add(to value: Tape.Value, _ body: (Matrix) -> Void) { body(gradient(of: value)) }

  private func gradient(of value: Tape.Value) -> Matrix {
    if let gradient = value.gradient { return gradient }
    let gradient = zeros(like: value.matrix)
    value.gradient = gradient
    return gradient
  }

  /// Adds a product to a value's gradient, or makes it the gradient.
  func addProduct(to value: Tape.Value, _ body: (Matrix, MatrixProduct.Destination) -> Void) {
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

  // MARK: Backward passes that several operations share

  func linearBackward(
    _ slopes: Matrix, _ x: Tape.Value, _ weight: Parameter, _ bias: Parameter?
  ) {
    if let bias, let gradient = gradients.pointer(bias) { slopes.addColumnSums(to: gradient) }
    if let gradient = gradients.pointer(weight) {
      MatrixProduct.addWeightGradient(slopes, x.matrix, into: gradient)
    }
    addProduct(to: x) { MatrixProduct.backward(slopes, weights(weight), into: $0, $1) }
  }

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
}
