import Checkpoints
import Training

/// The `README.md` of a trained model: what it was made of, and how.
struct TrainingCard {
  let recipe: String
  let identity: TrainingIdentity
  let log: TrainingLog.Summary
  let base: String

  func write(to output: TrainingOutput) throws {
    try AtomicFile.write(Array(text.utf8), to: "\(output.path)/README.md")
    try AtomicFile.write(Array(recipe.utf8), to: "\(output.path)/recipe.json")
  }

  private var text: String {
    var lines = [
      "# A re-ranker trained with t5rank \(Version.number)", "",
      "Begun with `\(base)` (hash \(identity.modelHash)), trained by `recipe.json` (hash "
        + "\(identity.recipeHash)) on", "",
      "| what | hash |", "|---|---|",
    ]
    for (path, hash) in identity.data.sorted(by: { $0.key < $1.key }) {
      lines.append("| `\(path)` | \(hash) |")
    }
    for (name, hash) in identity.helpers { lines.append("| \(name) | \(hash) |") }
    lines += ["", "Hashes are SHA-256.", ""]
    lines.append(
      "The training took \(secondsText(log.seconds)) for \(grouped(log.tokens)) tokens.")
    if let best = log.best {
      lines += [
        "",
        "The weights are those of step \(grouped(best.step)), the best of "
          + "\(log.validations) validations on lists that were kept out:", "",
        "| task | measure | value | loss |", "|---|---|---|---|",
      ]
      lines += best.tasks.map {
        "| \($0.mode) | \($0.measure) | \(words($0.value)) | \(words($0.loss)) |"
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private func words(_ value: Double?) -> String { value.map(decimalText) ?? "" }
}
