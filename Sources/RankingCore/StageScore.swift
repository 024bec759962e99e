/// What one stage of a cascade said about a document.
public struct StageScore: Sendable, Hashable {
  /// The stage's name.
  public var stage: String
  /// In the stage's own scale; higher is better.
  public var score: Double

  /// A stage's score.
  public init(stage: String, score: Double) {
    self.stage = stage
    self.score = score
  }
}
