import RankingFormats
package import Reranking
import Synchronization
import Transformers

/// An opened model, ready to rank in one mode.
package struct RankingModel: Sendable {
  package let mode: RankingMode
  package let reranker: any Reranker
  /// What the user should know about the model.
  let note: String?

  package init(mode: RankingMode, reranker: any Reranker, note: String? = nil) {
    self.mode = mode
    self.reranker = reranker
    self.note = note
  }

  /// Opens the model in a directory, or the one that comes with the program.
  static func open(_ path: String?, _ options: RerankerOptions) throws -> RankingModel {
    try open(ModelDirectory(path: directory(path, for: options.mode)), options)
  }

  /// An opener that also says what the user should know, each once.
  static func noting(_ openModel: @escaping ModelOpener, on console: Console) -> ModelOpener {
    let said = Mutex<Set<String>>([])
    return { path, options in
      let model = try openModel(path, options)
      if let note = model.note, said.withLock({ $0.insert(note).inserted }) { console.note(note) }
      return model
    }
  }

  /// Opens each directory once, however many stages of a cascade use it.
  package static func sharingOpener() -> ModelOpener {
    let shared = SharedModels()
    return { path, options in
      try open(shared.model(at: directory(path, for: options.mode)), options)
    }
  }

  private static func open(
    _ model: ModelDirectory, _ options: RerankerOptions
  ) throws -> RankingModel {
    let precision = "\(model.path): --precision auto is \(model.precision(.auto).rawValue) here"
    let notes = [model.note(for: options), options.precision == .auto ? precision : nil]
      .compactMap { $0 }
    return RankingModel(
      mode: options.mode ?? model.defaultMode, reranker: try model.reranker(options),
      note: notes.isEmpty ? nil : notes.joined(separator: "; "))
  }

  /// Ranks a request; what is wrong with it alone is thrown as a `FormatError` with its place.
  func rerank(
    _ request: RankingRequest, progress: (@Sendable (Int, Int) -> Void)?
  ) throws -> RerankingResult {
    try request.refusingAlone {
      if let cascade = reranker as? Cascade, cascade.fusion != nil, let given = request.given {
        return try cascade.rerank(given, from: "given", for: request.query, progress: progress)
      }
      return try reranker.rerank(request.documents, for: request.query, progress: progress)
    }
  }

  /// The directory of a named model, or of the one that is used where none is named.
  static func directory(_ path: String?, for mode: RankingMode?) throws -> String {
    if let path { return try ModelPath.directory(of: path) }
    return try defaultPath(for: mode)
  }

  /// The models that come with the program, below `weights/`.
  private static let shipped = "t5rank-mini"
  private static let shippedCrossEncoder = "cross-encoder-mini"

  /// The directory of the model that is used where none is named.
  static func defaultPath(for mode: RankingMode?) throws(RerankingError) -> String {
    guard mode != .colbert else {
      throw .unusableOptions(
        reason: "--mode colbert: expected --model DIR, as no ColBERT comes with the program, "
          + "found none")
    }
    let path = "weights/" + (mode == .cross ? shippedCrossEncoder : shipped)
    guard let found = InstalledFiles.path(of: path) else {
      throw .fileMissing(path: path, expected: "the default model (or another with --model DIR)")
    }
    return found
  }
}

extension RankingRequest {
  /// Does what ranks the request; what is wrong with it alone is thrown as a `FormatError` with its place.
  func refusingAlone<Result>(_ rank: () throws -> Result) throws -> Result {
    do {
      return try rank()
    } catch RerankingError.unusableQuery(_, let reason) {
      // The scorer does not know where the request stands.
      throw refusal(reason)
    } catch let error as RerankingError {
      guard case .scoreNotFinite = error else { throw error }
      throw refusal(error.description)
    }
  }
}

/// The directories that were opened, by their paths.
private final class SharedModels: Sendable {
  private let models = Mutex<[String: ModelDirectory]>([:])

  func model(at path: String) throws -> ModelDirectory {
    try models.withLock { models in
      if let model = models[path] { return model }
      let model = try ModelDirectory(path: path)
      models[path] = model
      return model
    }
  }
}

/// Opens the model that settings name; tests put another in its place.
package typealias ModelOpener = @Sendable (String?, RerankerOptions) throws -> RankingModel
