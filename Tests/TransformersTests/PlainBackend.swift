import Kernels
import Transformers

/// The fine operations of `InferenceBackend`, and every coarse one by its default: what a new backend
/// starts from.
struct PlainBackend: EncoderBackend {
  var base: InferenceBackend

  mutating func gather(_ rows: [Int32], from table: Parameter) -> Matrix {
    base.gather(rows, from: table)
  }

  mutating func select(_ rows: [Int32], of x: Matrix) -> Matrix { base.select(rows, of: x) }

  mutating func linear(_ x: Matrix, _ weight: Parameter, bias: Parameter?) -> Matrix {
    base.linear(x, weight, bias: bias)
  }

  mutating func project(_ x: Matrix, onto rows: [Int32], of table: Parameter) -> Matrix {
    base.project(x, onto: rows, of: table)
  }

  mutating func rmsNorm(_ x: Matrix, gain: Parameter, epsilon: Float) -> Matrix {
    base.rmsNorm(x, gain: gain, epsilon: epsilon)
  }

  mutating func layerNorm(
    _ x: Matrix, gain: Parameter, bias: Parameter, epsilon: Float
  ) -> Matrix {
    base.layerNorm(x, gain: gain, bias: bias, epsilon: epsilon)
  }

  mutating func activate(_ x: Matrix, with activation: Activation) -> Matrix {
    base.activate(x, with: activation)
  }

  mutating func add(_ a: Matrix, _ b: Matrix) -> Matrix { base.add(a, b) }
  mutating func multiply(_ a: Matrix, _ b: Matrix) -> Matrix { base.multiply(a, b) }
  mutating func scale(_ x: Matrix, by factor: Float) -> Matrix { base.scale(x, by: factor) }

  mutating func attend(
    queries: Matrix, keys: Matrix, values: Matrix, heads: Int, scale: Float,
    layout: AttentionLayout, positions: RelativePositions?
  ) -> Matrix {
    base.attend(
      queries: queries, keys: keys, values: values, heads: heads, scale: scale, layout: layout,
      positions: positions)
  }

  mutating func interleave(_ values: [Matrix]) -> Matrix { base.interleave(values) }

  mutating func rotate(_ x: Matrix, heads: Int, base: Float, offsets: [Int]) -> Matrix {
    self.base.rotate(x, heads: heads, base: base, offsets: offsets)
  }

  mutating func attend(
    queries: Matrix, keys: Matrix, values: Matrix, positionKeys: Matrix?,
    positionQueries: Matrix?, rows: DistanceRows, heads: Int, scale: Float,
    layout: AttentionLayout
  ) -> Matrix {
    base.attend(
      queries: queries, keys: keys, values: values, positionKeys: positionKeys,
      positionQueries: positionQueries, rows: rows, heads: heads, scale: scale, layout: layout)
  }

  mutating func layerNorm(_ x: Matrix, gain: Parameter, epsilon: Float) -> Matrix {
    base.layerNorm(x, gain: gain, epsilon: epsilon)
  }

  mutating func mean(of x: Matrix, offsets: [Int]) -> Matrix { base.mean(of: x, offsets: offsets) }
}
