import Foundation
import Testing
import Training

@Suite("Models that are read but not trained")
struct UntrainedModelTests {
  private static let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("Fixtures").path

  @Test(
    "Training one is refused in a sentence that names what was found",
    arguments: [
      (
        "cross-encoders/modernbert",
        "a T5, a BERT or one of its kin, whose training is known, found model_type \"modernbert\""
      ),
      (
        "cross-encoders/deberta-saved",
        "a T5, a BERT or one of its kin, whose training is known, found model_type \"deberta-v2\""
      ),
      (
        "families/t5-classifier",
        "a T5 with a head of words, a BERT or one of its kin, whose training is known, found a T5 "
          + "with a classifier"
      ),
    ])
  func refusal(folder: String, words: String) throws {
    let path = "\(Self.fixtures)/\(folder)"
    let error = #expect(throws: TrainingError.self) { try TrainableModel(path: path) }
    #expect(error?.description == "model: expected \(words) in \(path)")
  }

  @Test("BERT's kin are taken", arguments: ["roberta", "xlm-roberta", "albert", "electra"])
  func kin(name: String) throws {
    _ = try TrainableModel(path: "\(Self.fixtures)/cross-encoders/\(name)")
  }
}
