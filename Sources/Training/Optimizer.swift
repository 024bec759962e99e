/// Changes weights by their gradients, in place.
package protocol Optimizer: AnyObject {
  /// What it remembers, by name: what a resumed training must begin with.
  var memory: [(name: String, values: FloatArray)] { get }

  /// One step.
  ///
  /// - Parameters:
  ///   - number: From 1.
  ///   - rates: The learning rate of each entry; 0 leaves it as it is.
  ///   - scale: What gradients are multiplied by first.
  func step(
    _ parameters: TrainableParameters, _ gradients: Gradients, number: Int, rates: [Float],
    scale: Float, threads: Int)
}
