import Transformers

/// The gradient of a loss by every parameter that is learnt.
///
/// A class because a tape adds to it in place. One thread at a time.
public final class Gradients: @unchecked Sendable {
  // Sendable stands on this: a step hands each to one thread, and reads them when all have ended.
  let values: FloatArray
  /// By parameter; false for one that is frozen.
  let isLearnt: [Bool]
  private let entries: [TrainableParameters.Entry]
  /// Where kernels put the gradients of frozen vectors, which they cannot leave out.
  private let scratch: FloatArray

  /// Zeros for each parameter.
  ///
  /// - Parameter isLearnt: Whether a parameter, by its name, is learnt; others are frozen.
  public init(for parameters: TrainableParameters, isLearnt: (String) -> Bool = { _ in true }) {
    entries = parameters.entries
    values = FloatArray(count: parameters.count)
    self.isLearnt = entries.map { isLearnt($0.name) }
    scratch = FloatArray(count: entries.filter(\.isVector).map(\.count).max() ?? 0)
  }

  /// Sets all to zero.
  public func clear() {
    for (entry, isLearnt) in zip(entries, isLearnt) where isLearnt {
      (values.pointer + entry.offset).update(repeating: 0, count: entry.count)
    }
  }

  /// A copy of one parameter's, row-major; nil for a name that there is not.
  public subscript(name: String) -> [Float]? {
    entries.first { $0.name == name }.map {
      Array(UnsafeBufferPointer(start: values.pointer + $0.offset, count: $0.count))
    }
  }

  /// Replaces one parameter's.
  ///
  /// - Precondition: There is a parameter of that name and size.
  package func set(_ name: String, to numbers: [Float]) {
    guard let entry = entries.first(where: { $0.name == name }), entry.count == numbers.count
    else { preconditionFailure("expected \(numbers.count) numbers of a parameter \(name)") }
    (values.pointer + entry.offset).update(from: numbers, count: numbers.count)
  }

  /// A parameter's first number; nil if it is frozen.
  func pointer(_ parameter: Parameter) -> UnsafeMutablePointer<Float>? {
    isLearnt[parameter.index] ? values.pointer + entries[parameter.index].offset : nil
  }

  /// A vector's first number, or memory that nobody reads if it is frozen.
  func pointerOrScratch(_ vector: Parameter) -> UnsafeMutablePointer<Float> {
    pointer(vector) ?? scratch.pointer
  }
}
