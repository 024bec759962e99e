import JSON
import RankingCore
import Transformers

/// Turns the outputs of a cross-encoder's classifier into a score, in one scale.
///
/// One label: its output is the logit. Two labels (monoBERT): softmax, the last label means relevant,
/// so the logit is the difference of the outputs.
struct ClassifierScoring: Sendable {
  let scale: ScoreScale
  private let labels: Int

  /// Scales that a cross-encoder offers.
  static let scales: [ScoreScale] = [.logit, .logProbability, .probability]

  /// - Parameters:
  ///   - configuration: The model's `config.json`; its activation decides where `scale` is nil.
  ///   - path: What errors call that file.
  ///   - settings: What goes before that file.
  /// - Throws: `RerankingError.unusableModel` for another number of labels or an unknown activation,
  ///   `.unusableOptions` for a scale that is not offered.
  init(
    _ configuration: JSONValue, labels: Int, scale: ScoreScale?, path: String,
    settings: CrossEncoderSettings
  ) throws(RerankingError) {
    guard (1...2).contains(labels) else {
      throw .unusableModel(
        path: path, reason: "expected a classifier of one or two labels, found \(labels)")
    }
    let activation =
      if let named = settings.activation {
        try Self.scale(of: named, "activation_fn", path: settings.path)
      } else {
        try Self.activation(configuration, labels: labels, path: path)
      }
    // sentence-transformers gives two numbers for two labels; monoBERT's own code takes the last
    // log-probability.
    let scale = scale ?? (labels == 2 ? .logProbability : activation)
    guard Self.scales.contains(scale) else {
      throw .unusableOptions(
        reason: "expected a score that a cross-encoder offers "
          + "(\(Self.scales.map(\.rawValue).joined(separator: ", "))), found \(scale.rawValue)")
    }
    self.scale = scale
    self.labels = labels
  }

  func score(_ outputs: [Double]) -> PointwiseScore {
    let logit = LogOdds(labels == 1 ? outputs[0] : outputs[1] - outputs[0])
    let score =
      switch scale {
      case .probability: logit.probability
      case .logProbability: logit.logProbability
      default: logit.value
      }
    return PointwiseScore(score: score, order: logit.value, distribution: nil)
  }

  /// The scale that the model's activation makes, chosen as sentence-transformers chooses it.
  ///
  /// Source: `CrossEncoder.get_default_activation_fn` of sentence-transformers 6.2.
  private static func activation(
    _ configuration: JSONValue, labels: Int, path: String
  ) throws(RerankingError) -> ScoreScale {
    let key: String
    let value: JSONValue?
    if let current = configuration["sentence_transformers"]?["activation_fn"] {
      key = "sentence_transformers.activation_fn"
      value = current
    } else {
      key = "sbert_ce_default_activation_function"
      value = configuration[key]
    }
    guard let value, !value.isNull else { return labels == 1 ? .probability : .logit }
    return try scale(of: value, key, path: path)
  }

  /// The scale that a function of PyTorch makes of outputs.
  private static func scale(
    of activation: JSONValue, _ key: String, path: String
  ) throws(RerankingError) -> ScoreScale {
    switch activation.string {
    case "torch.nn.modules.linear.Identity", "torch.nn.Identity": return .logit
    case "torch.nn.modules.activation.Sigmoid", "torch.nn.Sigmoid": return .probability
    case let name:
      let found = name.map { "\"\($0.prefix(80))\"" } ?? activation.kind
      throw .unusableModel(
        path: path,
        reason: "\(key): expected torch.nn.modules.linear.Identity or "
          + "torch.nn.modules.activation.Sigmoid, found \(found)")
    }
  }
}
