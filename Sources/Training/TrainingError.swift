/// What keeps a training from beginning or going on.
public enum TrainingError: Error, Sendable, Hashable, CustomStringConvertible {
  /// A recipe that says something impossible, or that does not fit the model or the data.
  case unusableRecipe(String)
  /// A file of data that cannot be learnt from.
  case unusableData(path: String, reason: String)
  /// No saved state, beside weights that a new training would overwrite.
  case stateMissing(path: String)
  /// A saved state that does not belong to this recipe, model or data.
  case unusableState(path: String, reason: String)
  /// A loss that is no number: the learning rate is too high, or the model's weights are broken.
  case diverged(step: Int, loss: String)
  /// A file that cannot be written.
  case unwritable(path: String, reason: String)

  /// One sentence: what was expected, what was found, and where.
  public var description: String {
    switch self {
    case .unusableRecipe(let reason): reason
    case .unusableData(let path, let reason), .unusableState(let path, let reason):
      "\(path): \(reason)"
    case .stateMissing(let path):
      "\(path): expected the state of a training, found no such file beside weights; without --resume a new "
        + "training begins, and overwrites them"
    case .diverged(let step, let loss):
      "step \(step): expected a finite loss, found \(loss); a lower learning rate may help"
    case .unwritable(let path, let reason): "\(path): cannot be written: \(reason)"
    }
  }
}
