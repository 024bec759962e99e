#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif
import RankingCore
import RankingFormats
import Reranking

/// Explains rankings, and writes each explanation as soon as its query is ranked.
struct ExplanationWriter {
  /// More queries make a page that no browser likes; they are ranked, but not explained.
  static let mostQueries = 20

  private let settings: ExplainSettings
  private let explainer: Explainer
  private let page: ExplanationPage
  private let text: ExplanationText
  private let output: OutputFile
  private let console: Console
  private let isQuiet: Bool
  private var explained = 0
  /// Queries that were not explained, because there were too many.
  private var skipped = 0

  /// Opens what explanations go to; nil if none are wanted.
  init?(_ settings: ExplainSettings?, of reranker: any Reranker, _ console: Console, isQuiet: Bool)
    throws
  {
    guard let settings else { return nil }
    self.settings = settings
    self.console = console
    self.isQuiet = isQuiet
    explainer = Explainer(
      reranker, documentLimit: settings.documentLimit, wordLimit: settings.wordLimit)
    page = ExplanationPage(command: settings.command)
    let isTerminal = Terminal.canRewrite(console.standardOutput)
    let isPlain = getenv("NO_COLOR").map { $0.pointee != 0 } ?? false
    text = ExplanationText(
      style: isTerminal && !isPlain ? .colored : .plain,
      width: Terminal.width(console.standardOutput) ?? 80)
    output =
      switch settings.target {
      case .page(let path): try OutputFile(path: path)
      case .terminal: OutputFile(descriptor: console.standardOutput)
      }
  }

  /// Explains the ranking of a query.
  ///
  /// - Throws: A `FormatError` for what is wrong with the query alone.
  mutating func write(_ ranking: Ranking, for request: RankingRequest) throws {
    guard explained < Self.mostQueries else {
      skipped += 1
      return
    }
    if !isQuiet {
      // Erased first, as a line that was just shown would keep this one from being shown.
      console.eraseProgress()
      console.progress("query \(explained + 1) · explaining")
    }
    let explanation = try request.refusingAlone {
      try explainer.explain(ranking, for: request.query)
    }
    console.eraseProgress()
    explained += 1
    switch settings.target {
    case .page:
      if explained == 1 { try output.write(page.head(for: explanation)) }
      try output.write(page.section(explanation, number: explained))
    case .terminal: try output.write(text.text(of: explanation))
    }
  }

  /// Puts the page in its place; without any explanation there is none.
  func finish() throws {
    if case .page = settings.target, explained > 0 {
      try output.write(page.foot)
      try output.finish()
    }
    if skipped > 0, !isQuiet {
      console.note(
        "\(counted(skipped, "query was", "queries were")) ranked, but not explained: --explain "
          + "takes the first \(Self.mostQueries)")
    }
  }
}
