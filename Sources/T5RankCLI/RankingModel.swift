import RankingFormats
package import Reranking

/// An opened model, ready to rank in one mode.
package struct RankingModel: Sendable {
  package let mode: RankingMode
  package let reranker: any Reranker

  package init(mode: RankingMode, reranker: any Reranker) {
    self.mode = mode
    self.reranker = reranker
  }

  /// Opens the model in a directory, or the one that comes with the program.
  static func open(_ path: String?, _ options: RerankerOptions) throws -> RankingModel {
    let model = try ModelDirectory(path: path ?? defaultPath(for: options.mode))
    return RankingModel(
      mode: options.mode ?? model.defaultMode, reranker: try model.reranker(options))
  }

  /// Ranks a request; what is wrong with it alone is thrown as a `FormatError` with its place.
  func rerank(
    _ request: RankingRequest, progress: (@Sendable (Int, Int) -> Void)?
  ) throws -> RerankingResult {
    do {
      return try reranker.rerank(request.documents, for: request.query, progress: progress)
    } catch RerankingError.unusableQuery(_, let reason) {
      // The scorer does not know where the request stands.
      throw request.refusal(reason)
    } catch let error as RerankingError {
      guard case .scoreNotFinite = error else { throw error }
      throw request.refusal(error.description)
    }
  }

  /// The models that come with the program, below `weights/`.
  private static let shipped = "t5rank-mini"
  private static let shippedCrossEncoder = "cross-encoder-mini"

  /// The directory of the model that is used where none is named.
  static func defaultPath(for mode: RankingMode?) throws(RerankingError) -> String {
    let path = "weights/" + (mode == .cross ? shippedCrossEncoder : shipped)
    guard let found = InstalledFiles.path(of: path) else {
      throw .fileMissing(path: path, expected: "the default model (or another with --model DIR)")
    }
    return found
  }
}

/// Opens the model that settings name; tests put another in its place.
package typealias ModelOpener = @Sendable (String?, RerankerOptions) throws -> RankingModel
