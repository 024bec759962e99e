import JSON
import Reranking
import Tokenization

/// What `t5rank inspect` is asked to do, checked.
struct InspectSettings: Sendable {
  let modelPath: String
  /// The text whose tokens are to be shown.
  let text: String?
  let specialTokens: SpecialTokenPolicy
  let isJSON: Bool

  init(_ parsed: ParsedArguments) throws(UsageError) {
    guard let path = parsed.operands.first, parsed.operands.count == 1, !path.isEmpty else {
      throw UsageError(
        "inspect: expected one model directory, found \(parsed.operands.count)")
    }
    modelPath = path
    text = parsed.last("text")
    specialTokens = try parsed.choice("special-tokens") ?? .literal
    isJSON = parsed.has("json")
  }
}

/// Shows what a model directory holds, or the tokens that a text becomes in it.
struct InspectCommand {
  let settings: InspectSettings
  let console: Console

  func run() throws -> ExitCode {
    let model = try ModelDirectory(path: ModelPath.directory(of: settings.modelPath))
    let tokens = settings.text.map {
      model.tokenizer.encode($0, specialTokens: settings.specialTokens)
    }
    let report = try ModelReport(model, tokens: tokens)
    try console.write(settings.isJSON ? report.json.serialized() + "\n" : report.text)
    return .done
  }
}
