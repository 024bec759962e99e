import RankingCore
import Reranking

/// What `--stages` asks for, as `bm25:1000,mono:100,duo@models/big:20`.
struct StageList: Sendable, Hashable {
  /// What finds documents in an index.
  enum FirstKind: String, Sendable, Hashable {
    case bm25
    case encoder
  }

  /// The search in the index.
  struct First: Sendable, Hashable {
    let kind: FirstKind
    let depth: Int
  }

  /// One reranker.
  struct Stage: Sendable, Hashable {
    let mode: RankingMode
    /// nil: the model of `--model`.
    let modelPath: String?
    let depth: Int
    /// The mode's word; a number distinguishes the later stages of one mode.
    let name: String
  }

  /// nil: no stage of an index is named.
  let first: First?
  /// At least one.
  let stages: [Stage]
  /// nil: the last stage that ranked a document decides alone.
  private(set) var fusion: StageFusion?

  private static let modes: [RankingMode] = [.mono, .rank, .duo, .cross, .colbert]

  /// - Returns: nil if no stages were asked for.
  init?(_ parsed: ParsedArguments) throws(UsageError) {
    guard let text = try parsed.text("stages") else {
      for name in ["fuse", "fuse-k", "fuse-weights"] where parsed.has(name) {
        throw UsageError("--\(name): expected --stages, which it fuses, found none")
      }
      return nil
    }
    for name in ["mode", "depth", "mono-weight"] where parsed.has(name) {
      throw UsageError("--stages: expected no --\(name) beside it, found one")
    }
    try self.init(parsing: text)
    fusion = try StageFusion(parsed, stageCount: stages.count)
    if parsed.has("passages"), stages.allSatisfy({ $0.mode == .duo }) {
      throw UsageError(
        "--passages: expected a stage that scores documents by themselves (mono, rank, cross or colbert), "
          + "found duo")
    }
  }

  private init(parsing text: String) throws(UsageError) {
    var first: First?
    var stages: [Stage] = []
    for (index, part) in text.split(separator: ",", omittingEmptySubsequences: false).enumerated() {
      let (kind, modelPath, depth) = try Self.fields(of: part)
      if let retriever = FirstKind(rawValue: kind) {
        guard index == 0, modelPath == nil else {
          throw UsageError(
            "--stages: expected \(kind) as the first stage, without a directory, "
              + "found '\(printable(String(part)))'")
        }
        first = First(kind: retriever, depth: depth)
        continue
      }
      guard let mode = Self.modes.first(where: { $0.rawValue == kind }) else {
        throw UsageError(
          "--stages: expected mono, rank, duo, cross or colbert (or bm25 or encoder at the start), "
            + "found '\(printable(kind))'")
      }
      let count = stages.count { $0.mode == mode }
      stages.append(
        Stage(
          mode: mode, modelPath: modelPath, depth: depth,
          name: count == 0 ? kind : "\(kind)-\(count + 1)"))
    }
    guard !stages.isEmpty else {
      throw UsageError("--stages: expected a stage that re-ranks, found '\(printable(text))'")
    }
    self.first = first
    self.stages = stages
  }

  private static func fields(
    of part: Substring
  ) throws(UsageError) -> (kind: String, modelPath: String?, depth: Int) {
    let unusable = UsageError(
      "--stages: expected KIND:DEPTH or KIND@DIR:DEPTH, with a depth from \(Limit.depth.lowerBound) "
        + "to \(grouped(Limit.depth.upperBound)), found '\(printable(String(part)))'")
    guard let colon = part.lastIndex(of: ":"),
      let depth = Int(part[part.index(after: colon)...]), Limit.depth.contains(depth)
    else { throw unusable }
    let head = part[..<colon].split(
      separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
    guard let kind = head.first, head.last != "" else { throw unusable }
    return (String(kind), head.count == 2 ? String(head[1]) : nil, depth)
  }

  /// Refuses token vectors that no stage would use.
  func checkVectors(_ path: String?) throws(UsageError) {
    guard path == nil || stages.contains(where: { $0.mode == .colbert }) else {
      throw UsageError("--vectors: expected a stage of mode colbert, which uses them, found none")
    }
  }

  /// What the last stage does.
  var finalMode: RankingMode { stages.last?.mode ?? .mono }

  /// Opens the models of all stages.
  ///
  /// - Parameters:
  ///   - modelPath: That of stages that name none.
  ///   - options: Of all stages; each takes the prompts of its own mode.
  func cascade(
    modelPath: String?, _ options: RerankerOptions, openModel: ModelOpener
  ) throws -> Cascade {
    var prompts: [(name: String, mode: String)] = []
    for name in options.prompts {
      let mode = try PromptLibrary.installed.prompt(name).mode.rawValue
      guard stages.contains(where: { $0.mode.rawValue == mode }) else {
        throw UsageError(
          "--prompt: expected a prompt of a mode in --stages, found \(printable(name)) "
            + "of mode \(mode)")
      }
      prompts.append((name, mode))
    }
    return try Cascade(
      stages.map { stage in
        var own = options
        own.mode = stage.mode
        own.depth = stage.depth
        own.prompts = prompts.filter { $0.mode == stage.mode.rawValue }.map(\.name)
        // It reads the windows that the stages before it chose.
        if stage.mode == .duo { own.passages = .first }
        if stage.mode != .colbert { own.documentVectors = nil }
        let model = try openModel(stage.modelPath ?? modelPath, own)
        return Cascade.Stage(reranker: model.reranker, depth: stage.depth, name: stage.name)
      }, fusion: fusion)
  }
}
