import Checkpoints

/// What `t5rank convert` is asked to do, checked.
struct ConvertSettings: Sendable {
  let modelPath: String
  let outputPath: String
  /// nil: as the weights are stored.
  let type: ScalarType?
  /// Texts whose pieces are kept; empty: the whole vocabulary is.
  let vocabularyPaths: [String]
  let isQuiet: Bool

  static let types: [ScalarType] = [.float32, .float16, .bfloat16]

  init(_ parsed: ParsedArguments) throws(UsageError) {
    guard let path = parsed.operands.first, parsed.operands.count == 1, !path.isEmpty else {
      throw UsageError("convert: expected one model directory, found \(parsed.operands.count)")
    }
    guard let output = try parsed.text("output") else {
      throw UsageError("convert: expected --output DIR, found none")
    }
    modelPath = path
    outputPath = output
    type = try parsed.choice("dtype")
    vocabularyPaths = parsed.all("vocabulary")
    isQuiet = parsed.has("quiet")
  }
}
