public import Checkpoints
import Kernels

/// A matrix or a vector of weights: its place among a model's parameters, and its shape.
public struct Parameter: Sendable, Hashable {
  package let index: Int
  /// 1 for a vector.
  public let rows: Int
  /// The number of columns; a vector's length.
  public let columns: Int

  package init(index: Int, rows: Int, columns: Int) {
    self.index = index
    self.rows = rows
    self.columns = columns
  }
}

/// What a model asks of its checkpoint: names and shapes, collected while the model is built.
public struct ParameterDeclarations: Sendable {
  package struct Declaration: Sendable, Hashable {
    package let name: String
    package let shape: [Int]
  }

  package private(set) var declarations: [Declaration] = []
  private(set) var ignored: Set<String> = []
  /// The indices of weights that may be rounded.
  private(set) var layers: Set<Int> = []
  private let stored: Set<String>

  /// No declarations yet, for a checkpoint with these tensors.
  public init(for tensors: [StoredTensor]) {
    stored = Set(tensors.map(\.name))
  }

  /// Whether the checkpoint holds a tensor: for the few that a model may have or not.
  public func isStored(_ name: String) -> Bool { stored.contains(name) }

  /// Asks for a matrix, `[rows, columns]`.
  public mutating func matrix(_ name: String, rows: Int, columns: Int) -> Parameter {
    declare(name, [rows, columns])
  }

  /// Asks for the weight of a linear layer, `[rows, columns]`, which may be computed in reduced precision.
  public mutating func layer(_ name: String, rows: Int, columns: Int) -> Parameter {
    layers.insert(declarations.count)
    return declare(name, [rows, columns])
  }

  /// Asks for a vector.
  public mutating func vector(_ name: String, count: Int) -> Parameter {
    declare(name, [count])
  }

  /// Names a tensor that the checkpoint may hold, and that is not used.
  public mutating func ignore(_ name: String) {
    ignored.insert(name)
  }

  private mutating func declare(_ name: String, _ shape: [Int]) -> Parameter {
    declarations.append(Declaration(name: name, shape: shape))
    return Parameter(index: declarations.count - 1, shape: shape)
  }
}

extension Parameter {
  fileprivate init(index: Int, shape: [Int]) {
    self.init(
      index: index, rows: shape.count == 2 ? shape[0] : 1, columns: shape[shape.count - 1])
  }
}

/// A model's weights, checked against what the model asked for.
///
/// All threads share it.
public struct Parameters: Sendable {
  private let weights: [StoredWeight]
  private let layers: Set<Int>
  /// How many numbers there are in all.
  public let count: Int

  /// Looks up every declared tensor.
  ///
  /// - Throws: `ModelError.tensors` naming every missing, unexpected and misshapen tensor at once, or
  ///   a `CheckpointError`.
  public init(_ declarations: ParameterDeclarations, from checkpoint: some Checkpoint) throws {
    let stored = Dictionary(
      checkpoint.tensors.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    let wanted = declarations.declarations
    let names = Set(wanted.map(\.name))
    let missing = wanted.map(\.name).filter { stored[$0] == nil }
    let unexpected = checkpoint.tensors.map(\.name).filter {
      !names.contains($0) && !declarations.ignored.contains($0)
    }
    let misshapen = wanted.compactMap { declaration -> String? in
      guard let tensor = stored[declaration.name] else { return nil }
      guard tensor.shape != declaration.shape || !tensor.scalarType.isFloatingPoint else {
        return nil
      }
      return "\(declaration.name) (expected floats of shape \(declaration.shape), "
        + "found \(tensor.scalarType.rawValue) of \(tensor.shape))"
    }
    guard missing.isEmpty && unexpected.isEmpty && misshapen.isEmpty else {
      throw ModelError.tensors(missing: missing, unexpected: unexpected, misshapen: misshapen)
    }
    layers = declarations.layers
    count = wanted.reduce(0) { $0 + $1.shape.reduce(1, *) }
    weights = try wanted.enumerated().compactMap { index, declaration in
      guard let tensor = stored[declaration.name] else { return nil }
      // A layer's numbers that would be a copy are read when a precision needs them as floats.
      let isLate = declarations.layers.contains(index) && tensor.scalarType != .float32
      return StoredWeight(
        Parameter(index: index, shape: declaration.shape),
        floats: isLate ? nil : try checkpoint.floats(of: tensor),
        read: { try checkpoint.floats(of: tensor) })
    }
  }

  /// A parameter's numbers, row-major.
  public subscript(parameter: Parameter) -> FloatBuffer { weights[parameter.index].floats }

  /// A layer's weight, rounded; nil for any other parameter.
  ///
  /// Where sums could overflow in bytes it is in bfloat16.
  func packed(_ parameter: Parameter, _ precision: ReducedPrecision) -> PackedWeight? {
    guard layers.contains(parameter.index) else { return nil }
    let fits = parameter.columns <= precision.greatestDepth
    return weights[parameter.index].packed(fits ? precision : .bf16)
  }
}

extension ScalarType {
  fileprivate var isFloatingPoint: Bool {
    switch self {
    case .float64, .float32, .float16, .bfloat16: true
    default: false
    }
  }
}
