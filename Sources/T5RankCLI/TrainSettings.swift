import Checkpoints
import JSON
import Reranking
import Training
import TrainingData

/// What `t5rank train` is asked to do, checked.
struct TrainSettings: Sendable {
  let recipe: TrainingRecipe
  /// The recipe as JSON and a line's end, for the state's identity, the model's card and the file beside it.
  let recipeText: String
  let modelPath: String?
  let outputPath: String
  let isResumed: Bool
  let threads: Int?
  let isQuiet: Bool

  /// The options that a recipe says itself.
  private static let recipeOptions = ["data", "mode", "loss", "steps", "rate", "seed"]

  init(_ parsed: ParsedArguments) throws {
    guard let output = try parsed.text("output") else {
      throw UsageError("train: expected --output DIR, found none")
    }
    outputPath = output
    modelPath = try parsed.text("model")
    isResumed = parsed.has("resume")
    threads = try parsed.number("threads", in: Limit.threads)
    isQuiet = parsed.has("quiet")
    let value: JSONValue
    if let path = try parsed.text("recipe") {
      for name in Self.recipeOptions where parsed.has(name) {
        throw UsageError("--\(name): expected no such option beside --recipe, found one")
      }
      guard parsed.operands.isEmpty else {
        throw UsageError("train: expected no file beside --recipe, found one")
      }
      do {
        value = try SmallJSONFile.value(path, expected: "a recipe")
      } catch .missing(let path, let expected) {
        throw RerankingError.fileMissing(path: path, expected: expected)
      } catch .unusable(let path, let reason) {
        throw TrainingError.unusableData(path: path, reason: reason)
      }
      do {
        recipe = try TrainingRecipe(value)
      } catch {
        throw TrainingError.unusableRecipe("\(path): \(error)")
      }
    } else {
      value = try Self.recipe(parsed)
      recipe = try TrainingRecipe(value)
    }
    recipeText = value.serialized() + "\n"
    for (index, task) in recipe.tasks.enumerated()
    where task.data.contains(where: { $0.paths.contains("-") }) {
      throw UsageError(
        "tasks[\(index)].data: expected a file's path, found -, which could be read only once")
    }
  }

  /// The recipe that options make.
  private static func recipe(_ parsed: ParsedArguments) throws -> JSONValue {
    let data = parsed.all("data") + parsed.operands
    guard !data.isEmpty else {
      throw UsageError("train: expected --recipe FILE or --data FILE, found neither")
    }
    let mode = try parsed.choice("mode") ?? Self.mode(of: try parsed.text("model"))
    var task: JSONObject = [
      "mode": .string(mode.rawValue), "data": .array(data.map { .string($0) }),
    ]
    let losses = parsed.all("loss")
    if !losses.isEmpty {
      task["losses"] = .object(JSONObject(losses.map { (key: $0, value: 1) }))
      if losses.contains(RankingLoss.marginMSE.rawValue) { task["teacher"] = [:] }
    }
    var optimizer = JSONObject()
    if let rate = try parsed.decimal("rate") { optimizer["rate"] = JSONValue(rate) }
    return .object([
      "tasks": [.object(task)],
      "steps": JSONValue(try parsed.number("steps", in: 1...1_000_000_000) ?? 1000),
      "seed": JSONValue(try parsed.number("seed", in: 0...Int.max) ?? 1),
      "optimizer": .object(optimizer),
    ])
  }

  private static func mode(of path: String?) throws -> TaskRecipe.Mode {
    let model = try ModelDirectory(path: RankingModel.directory(path, for: nil))
    return TaskRecipe.Mode(rawValue: model.defaultMode.rawValue) ?? .mono
  }
}
