public import Checkpoints
public import Kernels

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
    /// Of the stored tensor.
    package let shape: [Int]
    /// The rows that are asked for, of a tensor that holds several parameters; nil: all of them.
    package var part: Range<Int>?
  }

  package private(set) var declarations: [Declaration] = []
  private(set) var ignored: Set<String> = []
  /// Of the weights that may be rounded, by index: the coarsest that they are rounded to.
  fileprivate private(set) var layers: [Int: ReducedPrecision] = [:]
  /// The indices of matrices of which single rows are read.
  private(set) var tables: Set<Int> = []
  /// The indices of layers that are also multiplied as floats, in every precision.
  fileprivate private(set) var floatLayers: Set<Int> = []
  private let stored: Set<String>
  private var prefix = ""

  /// No declarations yet, for a checkpoint with these tensors.
  public init(for tensors: [StoredTensor]) {
    stored = Set(tensors.map(\.name))
  }

  /// Whether the checkpoint holds a tensor: for the few that a model may have or not.
  public func isStored(_ name: String) -> Bool { stored.contains(prefix + name) }

  /// Declares a part of a model, all of whose tensors' names begin with `prefix` in the checkpoint.
  public mutating func nested<Part>(
    under prefix: String, _ declare: (inout ParameterDeclarations) -> Part
  ) -> Part {
    let outer = self.prefix
    self.prefix += prefix
    defer { self.prefix = outer }
    return declare(&self)
  }

  /// Asks for a matrix, `[rows, columns]`.
  ///
  /// - Parameter part: The rows of it that are the parameter, where the checkpoint keeps several in one
  ///   matrix; nil: all.
  public mutating func matrix(
    _ name: String, rows: Int, columns: Int, part: Range<Int>? = nil
  ) -> Parameter {
    declare(name, [rows, columns], part)
  }

  /// Asks for a matrix, `[rows, columns]`, of which a text needs single rows.
  public mutating func table(_ name: String, rows: Int, columns: Int) -> Parameter {
    tables.insert(declarations.count)
    return declare(name, [rows, columns], nil)
  }

  /// Asks for the weight of a linear layer, `[rows, columns]`, which may be computed in reduced precision.
  ///
  /// - Parameter coarsest: What it is rounded to where the others are rounded further.
  public mutating func layer(
    _ name: String, rows: Int, columns: Int, coarsest: ReducedPrecision = .int8
  ) -> Parameter {
    layers[declarations.count] = coarsest
    return declare(name, [rows, columns], nil)
  }

  /// Notes that a layer's weight is read as floats in every precision, so that it is never stored rounded.
  mutating func keepFloats(of layer: Parameter) { floatLayers.insert(layer.index) }

  /// The indices of weights that `int8` rounds to bytes.
  package var byteLayers: Set<Int> { Set(layers.filter { $0.value == .int8 }.keys) }

  /// The names of weights that `int8` reads as bytes alone, and that may be stored so.
  package var byteNames: Set<String> {
    Set(
      byteLayers.subtracting(floatLayers).map { declarations[$0] }
        .filter { $0.shape[1] <= ReducedPrecision.int8.greatestDepth }.map(\.name))
  }

  /// Asks for a vector.
  ///
  /// - Parameter part: The numbers of it that are the parameter; nil: all.
  public mutating func vector(_ name: String, count: Int, part: Range<Int>? = nil) -> Parameter {
    declare(name, [count], part)
  }

  /// Names a tensor that the checkpoint may hold, and that is not used.
  public mutating func ignore(_ name: String) {
    ignored.insert(prefix + name)
  }

  private mutating func declare(
    _ name: String, _ shape: [Int], _ part: Range<Int>?
  ) -> Parameter {
    precondition(part.map { (0...shape[0]).contains($0.upperBound) } ?? true, "a part of its rows")
    let declaration = Declaration(name: prefix + name, shape: shape, part: part)
    declarations.append(declaration)
    return Parameter(index: declarations.count - 1, declaration)
  }
}

extension Parameter {
  fileprivate init(index: Int, _ declaration: ParameterDeclarations.Declaration) {
    let shape = declaration.shape
    let rows = declaration.part?.count ?? shape[0]
    self.init(
      index: index, rows: shape.count == 2 ? rows : 1, columns: shape.count == 2 ? shape[1] : rows)
  }
}

/// A model's weights, checked against what the model asked for.
///
/// All threads share it.
public struct Parameters: Sendable {
  private let weights: [StoredWeight]
  private let layers: [Int: ReducedPrecision]
  private let floatLayers: Set<Int>
  private let tables: Set<Int>
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
    // A tensor of several parameters is declared for each, and named once.
    var seen: Set<String> = []
    let distinct = wanted.filter { seen.insert($0.name).inserted }
    let byteNames = declarations.byteNames
    // From weights stored as bytes to their scales.
    let scaleNames = Dictionary(
      uniqueKeysWithValues: byteNames.filter { stored[$0]?.scalarType == .int8 }
        .map { ($0, $0 + ByteWeight.scaleSuffix) })
    let missing = distinct.flatMap { [$0.name, scaleNames[$0.name]] }.compactMap { $0 }
      .filter { stored[$0] == nil }
    let unexpected = checkpoint.tensors.map(\.name).filter {
      !names.contains($0) && !declarations.ignored.contains($0)
        && !scaleNames.values.contains($0)
    }
    let misshapen = distinct.compactMap { declaration -> String? in
      guard let tensor = stored[declaration.name] else { return nil }
      if let scale = scaleNames[declaration.name], tensor.shape == declaration.shape {
        return stored[scale].flatMap { ByteWeight.fault(of: $0, rows: declaration.shape[0]) }
      }
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
    floatLayers = declarations.floatLayers
    tables = declarations.tables
    count = wanted.enumerated().reduce(0) { sum, declaration in
      let parameter = Parameter(index: declaration.offset, declaration.element)
      return sum + parameter.rows * parameter.columns
    }
    var whole: [String: FloatBuffer] = [:]
    weights = try wanted.enumerated().compactMap { index, declaration in
      guard let tensor = stored[declaration.name] else { return nil }
      let parameter = Parameter(index: index, declaration)
      if let scale = scaleNames[declaration.name].flatMap({ stored[$0] }),
        let bytes = try checkpoint.bytes(of: tensor)
      {
        return StoredWeight(
          parameter,
          bytes: try ByteWeight(
            declaration.name, rows: parameter.rows, columns: parameter.columns, bytes: bytes,
            scales: try checkpoint.floats(of: scale)))
      }
      guard let part = declaration.part else {
        // Numbers that would be a copy are read when something needs them as floats.
        let rows = try checkpoint.rows(of: tensor)
        let isLate =
          rows != nil || declarations.layers[index] != nil && tensor.scalarType != .float32
        if isLate { try checkpoint.check(tensor) }
        return StoredWeight(
          parameter, floats: isLate ? nil : try checkpoint.floats(of: tensor),
          rows: declarations.tables.contains(index) ? rows : nil,
          read: { try checkpoint.floats(of: tensor) })
      }
      let floats = try whole[declaration.name] ?? checkpoint.floats(of: tensor)
      whole[declaration.name] = floats
      let step = declaration.shape.dropFirst().reduce(1, *)
      let slice = floats.slice(part.lowerBound * step..<part.upperBound * step)
      return StoredWeight(parameter, floats: slice, read: { slice })
    }
  }

  /// A parameter's numbers, row-major.
  public subscript(parameter: Parameter) -> FloatBuffer { weights[parameter.index].floats }

  /// Fills a matrix with rows of a parameter.
  ///
  /// - Precondition: One index a row of `out`, each below the parameter's rows.
  func gather(_ rows: [Int32], from table: Parameter, into out: Matrix) {
    guard let stored = weights[table.index].rows else {
      out.gather(rows, from: self[table].pointer, tableRows: table.rows)
      return
    }
    precondition(
      rows.count == out.rows && stored.columns == out.columns, "each row has one index")
    for (place, row) in rows.enumerated() {
      stored.read(Int(row), into: out.pointer + place * out.columns)
    }
  }

  /// Makes what a precision multiplies, on several threads; what nobody asks for before is made then.
  func prepare(_ precision: ReducedPrecision?, threads: Int) {
    // Multiplied rounded, and never as floats.
    @Sendable func rounding(of index: Int) -> ReducedPrecision? {
      floatLayers.contains(index) ? nil : precision.flatMap { self.rounding(of: index, in: $0) }
    }
    let late = weights.indices.filter { index in
      !tables.contains(index) && (weights[index].isLate || rounding(of: index) != nil)
    }
    _ = ThreadTeam.map(count: late.count, threads: threads) { number in
      let index = late[number]
      if let rounding = rounding(of: index) {
        _ = weights[index].packed(rounding)
      } else {
        _ = weights[index].floats
      }
    }
  }

  /// Whether the model has layers that a precision rounds.
  var canBeRounded: Bool { !layers.isEmpty }

  /// What a precision rounds a weight to; nil: it does not.
  private func rounding(of index: Int, in precision: ReducedPrecision) -> ReducedPrecision? {
    layers[index].map { $0 == .bf16 ? .bf16 : precision }
  }

  /// A layer's weight, rounded; nil for any other parameter.
  func packed(_ parameter: Parameter, _ precision: ReducedPrecision) -> PackedWeight? {
    rounding(of: parameter.index, in: precision).map { weights[parameter.index].packed($0) }
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
