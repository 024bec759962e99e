import RankingCore
import RankingFormats

/// Writes rankings in the format that was asked for.
struct RankingWriter {
  private enum Format {
    case table(TableWriter)
    case jsonl(RankLLMWriter)
    case trec(TRECRunWriter)
  }

  private var format: Format
  private let topK: Int?

  /// - Parameter width: Columns of the terminal that a table is for; nil if there is none.
  init(_ settings: RankSettings, width: Int?) {
    self.init(settings.format, tag: settings.tag, topK: settings.topK, width: width)
  }

  init(_ format: OutputFormat, tag: String, topK: Int?, width: Int?) {
    self.topK = topK
    self.format =
      switch format {
      case .table: .table(TableWriter(width: width))
      case .jsonl: .jsonl(RankLLMWriter())
      case .trec: .trec(TRECRunWriter(tag: tag))
      }
  }

  /// Scores of a TREC run that were lowered so that they fall strictly.
  var loweredScores: Int {
    guard case .trec(let writer) = format else { return 0 }
    return writer.loweredScores
  }

  /// Refuses a request that the format cannot hold, before it is ranked.
  func check(_ request: RankingRequest) throws(FormatError) {
    if case .trec(let writer) = format { try writer.check(request) }
  }

  mutating func text(of ranking: Ranking, for request: RankingRequest) -> String {
    let ranking = topK.map(ranking.top) ?? ranking
    switch format {
    case .table(var writer):
      defer { format = .table(writer) }
      return writer.text(of: ranking, for: request)
    case .jsonl(let writer): return writer.text(of: ranking, for: request)
    case .trec(var writer):
      defer { format = .trec(writer) }
      return writer.text(of: ranking, for: request)
    }
  }
}
