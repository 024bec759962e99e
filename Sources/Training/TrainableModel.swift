public import Checkpoints
public import Reranking
public import Transformers

/// A model directory whose weights are being learnt.
public final class TrainableModel: Sendable {
  /// What computes.
  public enum Network: Sendable {
    case t5(T5Model)
    case bert(BERTModel)
  }

  /// The files that it began with: tokenizer, prompts, configuration.
  public let directory: ModelDirectory
  /// What computes.
  public let network: Network
  /// The weights.
  public let parameters: TrainableParameters

  /// Reads a model directory.
  ///
  /// - Parameter gains: Vectors that are learnt beside the model and not kept, by name, and their
  ///   lengths; they begin as ones.
  /// - Throws: As `ModelDirectory` does, and `TrainingError.unusableRecipe` for an architecture that is
  ///   read but not trained.
  public convenience init(path: String, gains: [String: Int] = [:]) throws {
    try self.init(ModelDirectory(path: path), gains: gains)
  }

  /// Takes over a model directory that is open.
  public init(_ directory: ModelDirectory, gains: [String: Int] = [:]) throws {
    self.directory = directory
    let checkpoint = try CheckpointDirectory.open(directory.path)
    var declarations = try Self.declarations(for: checkpoint)
    switch directory.architecture {
    case .t5(let configuration):
      network = .t5(T5Model(configuration, declaring: &declarations))
    case .t5Classifier:
      throw TrainingError.unusableRecipe(
        "model: expected a T5 with a head of words, a BERT or one of its kin, whose training is "
          + "known, found a T5 with a classifier in \(directory.path)")
    case .bert(let configuration):
      network = .bert(BERTModel(configuration, declaring: &declarations))
    case .colBERT:
      throw TrainingError.unusableRecipe(
        "expected a T5 or a BERT with a classifier to train, found a ColBERT in \(directory.path)")
    case .modernBERT: throw Self.refusal(of: ModernBERTConfiguration.family, directory.path)
    case .deBERTa: throw Self.refusal(of: DeBERTaConfiguration.family, directory.path)
    }
    parameters = try TrainableParameters(declarations, gains: gains, from: checkpoint)
  }

  private static func refusal(of family: String, _ path: String) -> TrainingError {
    .unusableRecipe(
      "model: expected a T5, a BERT or one of its kin, whose training is known, found "
        + "model_type \"\(family)\" in \(path)")
  }

  /// Declarations for a checkpoint, as a training needs them.
  ///
  /// A head that is stored beside an equal table is that table, as transformers reads it; learnt apart
  /// they would drift away from each other.
  public static func declarations(
    for checkpoint: some Checkpoint
  ) throws -> ParameterDeclarations {
    let head = try T5Model.repeatedHead(in: checkpoint)
    return ParameterDeclarations(for: checkpoint.tensors.filter { $0 != head })
  }
}
