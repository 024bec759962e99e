public import Checkpoints

extension T5Model {
  /// The names that a T5's shared table may be stored under; the first is its own.
  package static let tableNames = [
    "shared.weight", "encoder.embed_tokens.weight", "decoder.embed_tokens.weight",
  ]
  package static let headName = "lm_head.weight"

  /// The output head where it repeats the shared table number by number; nil where there is none, or
  /// another.
  public static func repeatedHead(
    in checkpoint: some Checkpoint
  ) throws(CheckpointError) -> StoredTensor? {
    let tensors = checkpoint.tensors
    let table = tableNames.lazy.compactMap { name in tensors.first { $0.name == name } }.first
    guard let head = tensors.first(where: { $0.name == headName }), let table,
      head.shape == table.shape
    else { return nil }
    let (one, other) = (try checkpoint.floats(of: head), try checkpoint.floats(of: table))
    // In bounds: both have the same shape.
    let isSame = (0..<one.count).allSatisfy { one.pointer[$0] == other.pointer[$0] }
    return isSame ? head : nil
  }
}
