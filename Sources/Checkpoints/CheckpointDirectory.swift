/// Finds the weights in a model directory in the Hugging Face layout.
public enum CheckpointDirectory {
  /// Opens `model.safetensors`, else the files that `model.safetensors.index.json` names; without
  /// either `pytorch_model.bin`, else the files that its index names.
  ///
  /// The names that BERT's norms had until 2018 are given as today's: see `RenamedCheckpoint`.
  ///
  /// - Throws: `CheckpointError`; `fileMissing` names what was looked for. A file that is there and
  ///   broken is not passed over for another.
  public static func open(_ directory: String) throws(CheckpointError) -> any Checkpoint {
    try RenamedCheckpoint.renaming(openAsStored(directory), in: directory)
  }

  private static func openAsStored(
    _ directory: String
  ) throws(CheckpointError) -> any Checkpoint {
    switch FileKind(path: directory) {
    case .directory: break
    case nil: throw .fileMissing(path: directory, expected: "a model directory")
    case .regular, .other:
      throw .unreadable(path: directory, reason: "expected a model directory, found a file")
    }
    for format in WeightFormat.allCases {
      let path = joinedPath(directory, format.singleFile)
      if FileKind(path: path) != nil { return try format.open(path) }
      let indexPath = joinedPath(directory, format.index)
      if FileKind(path: indexPath) != nil {
        return try ShardedCheckpoint(indexPath: indexPath, of: format)
      }
    }
    let names = WeightFormat.allCases.flatMap { [$0.singleFile, $0.index] }
    throw .fileMissing(
      path: directory,
      expected: names.dropLast().joined(separator: ", ") + " or " + (names.last ?? ""))
  }
}
