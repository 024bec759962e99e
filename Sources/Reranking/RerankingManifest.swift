import Checkpoints
import JSON
public import RankingCore
public import Transformers

/// `reranker.json` of a model directory: how its model is meant to be used.
public struct RerankingManifest: Sendable, Hashable {
  /// The file's name in a model directory.
  public static let fileName = "reranker.json"

  /// The mode that the model ranks in unless a caller chooses another.
  public let mode: RankingMode
  /// The model's prompts: names of installed prompts, or paths relative to the model directory.
  public let prompts: [Prompt.Mode: String]
  /// The most tokens of a prompt; nil: the prompt's own.
  public let maximumTokens: Int?
  /// The scale of scores; nil: the mode's own.
  public let scale: ScoreScale?
  /// What mono counts in each of duo's pairs, from 0 to below 1 (`RerankerOptions.monoWeight`); nil: nothing.
  public let monoWeight: Double?
  /// The coarsest precision that the model's order was found to bear, and that `Precision.auto` may take; nil:
  /// not measured.
  public let coarsestPrecision: Precision?
  private let path: String

  /// Reads a manifest: `mode`, and optionally `prompts` (by `mono`, `rank` and `duo`), `max_tokens`,
  /// `score`, `mono_weight` and `coarsest_precision` (`fp32`, `bf16` or `int8`); no other key.
  ///
  /// - Throws: `RerankingError`: `fileMissing`, or `unusableModel` for the first thing that is wrong,
  ///   by file and key.
  public init(contentsOf path: String) throws(RerankingError) {
    let value: JSONValue
    do {
      value = try SmallJSONFile.value(path, expected: "a model's manifest")
    } catch {
      throw error.asModelError
    }
    do {
      try self.init(value, path: path)
    } catch {
      throw .unusableModel(path: path, reason: error.reason)
    }
  }

  private init(_ value: JSONValue, path: String) throws(Mismatch) {
    let object = try StrictObject(
      value, at: "", required: ["mode"],
      optional: ["prompts", "max_tokens", "score", "mono_weight", "coarsest_precision"])
    self.path = path
    mode = try object.choice("mode")
    prompts = try Self.prompts(try object.optional("prompts", "an object") { $0 })
    maximumTokens = try object.optional(
      "max_tokens", "an integer from 1 to \(Prompt.largestBudget)"
    ) { $0.int.flatMap { 1...Prompt.largestBudget ~= $0 ? $0 : nil } }
    scale = try object.optionalChoice("score")
    monoWeight = try object.optional("mono_weight", "a number from 0 to below 1") {
      $0.double.flatMap { 0..<1 ~= $0 ? $0 : nil }
    }
    let precisions: [Precision] = [.fp32, .bf16, .int8]
    coarsestPrecision = try object.optional(
      "coarsest_precision", "one of " + precisions.map(\.rawValue).joined(separator: ", ")
    ) { value in precisions.first { $0.rawValue == value.string } }
  }

  private static func prompts(_ value: JSONValue?) throws(Mismatch) -> [Prompt.Mode: String] {
    guard let value else { return [:] }
    let object = try StrictObject(
      value, at: "prompts", required: [], optional: Prompt.Mode.allCases.map(\.rawValue))
    var prompts: [Prompt.Mode: String] = [:]
    for mode in Prompt.Mode.allCases {
      prompts[mode] = try object.optional(
        mode.rawValue, "a prompt's name, or the path of its file inside the model directory"
      ) { $0.string.flatMap { isInside($0) ? $0 : nil } }
    }
    return prompts
  }

  // A directory from elsewhere must not make the program read files outside of it.
  private static func isInside(_ path: String) -> Bool {
    !path.isEmpty && !path.hasPrefix("/") && !path.split(separator: "/").contains("..")
      && !path.utf8.contains(0)
  }

  /// The model's prompt for a mode; nil if the manifest names none.
  ///
  /// - Throws: `RerankingError` for a prompt that is unknown, faulty, or of another mode.
  public func prompt(
    for mode: Prompt.Mode, in library: PromptLibrary = .installed
  ) throws(RerankingError) -> Prompt? {
    guard let name = prompts[mode] else { return nil }
    let isPath = PromptLibrary.isPath(name)
    let prompt =
      if isPath {
        try Prompt(contentsOf: directory + name)
      } else {
        try library.prompt(name)
      }
    guard prompt.mode == mode else {
      throw .unusableModel(
        path: path,
        reason: "prompts.\(mode.rawValue): expected a prompt of mode \(mode.rawValue), "
          + "found \(name) of mode \(prompt.mode.rawValue)")
    }
    return prompt
  }

  // Up to and with the last slash.
  private var directory: Substring {
    path[..<(path.lastIndex(of: "/").map(path.index(after:)) ?? path.startIndex)]
  }
}
