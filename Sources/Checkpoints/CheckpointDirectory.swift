/// Finds the weights in a model directory in the Hugging Face layout.
public enum CheckpointDirectory {
  private static let singleFile = "model.safetensors"
  private static let index = "model.safetensors.index.json"
  private static let pickles = ["pytorch_model.bin", "pytorch_model.bin.index.json"]

  /// Opens `model.safetensors`, else the files that `model.safetensors.index.json` names.
  ///
  /// - Throws: `CheckpointError`; `fileMissing` names what was looked for, `unreadable` says that only
  ///   PyTorch's own format is there, which is not read.
  public static func open(_ directory: String) throws(CheckpointError) -> any Checkpoint {
    switch FileKind(path: directory) {
    case .directory: break
    case nil: throw .fileMissing(path: directory, expected: "a model directory")
    case .regular, .other:
      throw .unreadable(path: directory, reason: "expected a model directory, found a file")
    }
    let singlePath = joinedPath(directory, singleFile)
    if FileKind(path: singlePath) != nil { return try Safetensors(path: singlePath) }
    let indexPath = joinedPath(directory, index)
    if FileKind(path: indexPath) != nil { return try ShardedSafetensors(indexPath: indexPath) }

    let expected = "\(singleFile) or \(index)"
    for pickle in pickles where FileKind(path: joinedPath(directory, pickle)) != nil {
      throw .unreadable(
        path: joinedPath(directory, pickle),
        reason: "expected \(expected) beside it, found only PyTorch's format, "
          + "which is not read yet")
    }
    throw .fileMissing(path: directory, expected: expected)
  }
}
