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

  /// What `--dtype` names.
  enum WeightType: String, CaseIterable {
    case float32 = "F32"
    case float16 = "F16"
    case bfloat16 = "BF16"
    case int8 = "INT8"

    fileprivate var scalarType: ScalarType {
      switch self {
      case .float32: .float32
      case .float16: .float16
      case .bfloat16: .bfloat16
      case .int8: .int8
      }
    }
  }

  init(_ parsed: ParsedArguments) throws(UsageError) {
    guard let path = parsed.operands.first, parsed.operands.count == 1, !path.isEmpty else {
      throw UsageError("convert: expected one model directory, found \(parsed.operands.count)")
    }
    guard let output = try parsed.text("output") else {
      throw UsageError("convert: expected --output DIR, found none")
    }
    modelPath = path
    outputPath = output
    let chosen: WeightType? = try parsed.choice("dtype")
    type = chosen?.scalarType
    vocabularyPaths = parsed.all("vocabulary")
    isQuiet = parsed.has("quiet")
  }
}
