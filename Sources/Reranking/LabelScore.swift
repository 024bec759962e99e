/// The score of one prompt.
public struct LabelScore: Sendable, Hashable {
  /// In the scale of the `LabelScoring` that made it; not finite if the model's logits were not.
  public let score: Double
  /// The labels' probabilities, in label order, where there are more than two labels.
  public let distribution: [Double]?
}
