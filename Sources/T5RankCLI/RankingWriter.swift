import RankingCore
import RankingFormats

/// Writes rankings in the format that was asked for.
struct RankingWriter {
  private enum Format {
    case table(TableWriter)
    case jsonl(RankLLMWriter)
    /// One array, which `isBegun` once a request is in it.
    case json(RankLLMWriter, isBegun: Bool)
    case trec(TRECRunWriter)
    case msmarco(MSMARCORunWriter)
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
      case .json: .json(RankLLMWriter(), isBegun: false)
      case .trec: .trec(TRECRunWriter(tag: tag))
      case .msmarco: .msmarco(MSMARCORunWriter())
      }
  }

  /// Scores of a TREC run that were lowered so that they fall strictly.
  var loweredScores: Int {
    guard case .trec(let writer) = format else { return 0 }
    return writer.loweredScores
  }

  /// Refuses a request that the format cannot hold, before it is ranked.
  func check(_ request: RankingRequest) throws(FormatError) {
    switch format {
    case .trec(let writer): try writer.check(request)
    case .msmarco(let writer): try writer.check(request)
    case .table, .jsonl, .json: break
    }
  }

  mutating func text(of ranking: Ranking, for request: RankingRequest) -> String {
    let ranking = topK.map(ranking.top) ?? ranking
    switch format {
    case .table(var writer):
      defer { format = .table(writer) }
      return writer.text(of: ranking, for: request)
    case .jsonl(let writer): return writer.text(of: ranking, for: request)
    case .json(let writer, let isBegun):
      format = .json(writer, isBegun: true)
      return (isBegun ? ",\n" : "[\n") + writer.text(of: ranking, for: request).dropLast()
    case .trec(var writer):
      defer { format = .trec(writer) }
      return writer.text(of: ranking, for: request)
    case .msmarco(var writer):
      defer { format = .msmarco(writer) }
      return writer.text(of: ranking, for: request)
    }
  }

  /// What comes behind the last ranking.
  var ending: String {
    guard case .json(_, let isBegun) = format else { return "" }
    return isBegun ? "\n]\n" : "[]\n"
  }
}
