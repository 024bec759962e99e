/// Several checkpoints as one: the parts of a model that are kept apart.
package struct JoinedCheckpoint: Checkpoint {
  package let tensors: [StoredTensor]
  private let owners: [String: any Checkpoint]
  private let path: String

  /// Joins checkpoints.
  ///
  /// - Parameter path: What errors call the whole.
  /// - Throws: `CheckpointError.malformed` where two of them have a tensor of one name.
  package init(_ parts: [any Checkpoint], path: String) throws(CheckpointError) {
    var owners: [String: any Checkpoint] = [:]
    for part in parts {
      for tensor in part.tensors where owners.updateValue(part, forKey: tensor.name) != nil {
        throw .malformed(
          path: path, reason: "expected one tensor \(quoted(tensor.name)), found two")
      }
    }
    self.owners = owners
    self.path = path
    tensors = parts.flatMap(\.tensors).sorted { $0.name < $1.name }
  }

  package func floats(of tensor: StoredTensor) throws(CheckpointError) -> FloatBuffer {
    try owner(of: tensor).floats(of: tensor)
  }

  package func check(_ tensor: StoredTensor) throws(CheckpointError) {
    try owner(of: tensor).check(tensor)
  }

  package func bytes(of tensor: StoredTensor) throws(CheckpointError) -> ByteBuffer? {
    try owner(of: tensor).bytes(of: tensor)
  }

  package func rows(of tensor: StoredTensor) throws(CheckpointError) -> StoredRows? {
    try owner(of: tensor).rows(of: tensor)
  }

  private func owner(of tensor: StoredTensor) throws(CheckpointError) -> any Checkpoint {
    guard let owner = owners[tensor.name] else {
      throw .noSuchTensor(path: path, tensor: tensor.name)
    }
    return owner
  }
}
