/// A checkpoint whose norms have the names of BERT's first release, given as today's.
///
/// `LayerNorm.gamma` is `LayerNorm.weight` and `LayerNorm.beta` is `LayerNorm.bias`, as transformers
/// reads them.
struct RenamedCheckpoint: Checkpoint {
  let tensors: [StoredTensor]
  private let stored: any Checkpoint
  private let storedTensors: [String: StoredTensor]
  private let path: String

  private static let endings = [
    "LayerNorm.gamma": "LayerNorm.weight", "LayerNorm.beta": "LayerNorm.bias",
  ]

  /// The checkpoint itself where it has no old name.
  ///
  /// - Throws: `CheckpointError.malformed` where a tensor stands under both of its names.
  static func renaming(
    _ stored: any Checkpoint, in directory: String
  ) throws(CheckpointError) -> any Checkpoint {
    guard stored.tensors.contains(where: { newName(of: $0.name) != $0.name }) else { return stored }
    return try RenamedCheckpoint(stored, directory)
  }

  private init(_ stored: any Checkpoint, _ path: String) throws(CheckpointError) {
    var storedTensors: [String: StoredTensor] = [:]
    var tensors: [StoredTensor] = []
    for tensor in stored.tensors {
      let name = Self.newName(of: tensor.name)
      if let other = storedTensors.updateValue(tensor, forKey: name) {
        throw .malformed(
          path: path,
          reason: "expected one tensor \(quoted(name)), "
            + "found \(quoted(other.name)) and \(quoted(tensor.name))")
      }
      tensors.append(
        StoredTensor(
          name: name, shape: tensor.shape, scalarType: tensor.scalarType, count: tensor.count))
    }
    self.stored = stored
    self.storedTensors = storedTensors
    self.path = path
    self.tensors = tensors.sorted { $0.name < $1.name }
  }

  func floats(of tensor: StoredTensor) throws(CheckpointError) -> FloatBuffer {
    try stored.floats(of: found(tensor))
  }

  func check(_ tensor: StoredTensor) throws(CheckpointError) { try stored.check(found(tensor)) }

  func bytes(of tensor: StoredTensor) throws(CheckpointError) -> ByteBuffer? {
    try stored.bytes(of: found(tensor))
  }

  func rows(of tensor: StoredTensor) throws(CheckpointError) -> StoredRows? {
    try stored.rows(of: found(tensor))
  }

  private func found(_ tensor: StoredTensor) throws(CheckpointError) -> StoredTensor {
    guard let found = storedTensors[tensor.name] else {
      throw .noSuchTensor(path: path, tensor: tensor.name)
    }
    return found
  }

  private static func newName(of name: String) -> String {
    for (old, new) in endings where name.hasSuffix(old) {
      return name.dropLast(old.count) + new
    }
    return name
  }
}
