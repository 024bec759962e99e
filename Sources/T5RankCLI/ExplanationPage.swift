import RankingCore
package import Reranking

/// A page about rankings that needs nothing else: a head, a section for each query, a foot.
package struct ExplanationPage: Sendable {
  private let command: String

  /// - Parameter command: The command line that made it.
  package init(command: String) {
    self.command = command
  }

  /// What is before the first section.
  ///
  /// - Parameter first: Of the first query; its scorers are those of all.
  package func head(for first: Explanation) -> String {
    let stages = first.stages.map { stage in
      let scale = stage.scale.map { ": \($0.rawValue)" } ?? ""
      let prompt = stage.prompt.map { ", prompt \($0)" } ?? ""
      let model = stage.modelPath.map { ", \($0)" } ?? ""
      return "<li><b>\(htmlText(stage.name))</b>\(htmlText(scale + prompt + model))</li>"
    }
    // Nothing is loaded and nothing runs, even if a text got through as markup.
    return """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta http-equiv="Content-Security-Policy" content="default-src 'none'; \
      style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="color-scheme" content="light dark">
      <title>Why: \(htmlText(first.query.text))</title>
      <style>
      \(ExplanationStyle.text)</style>
      </head>
      <body>
      <main>
      <h1>Why this ranking</h1>
      <ul class="remark stages" aria-label="Scorers">\(stages.joined())</ul>
      <p class="remark"><code>\(htmlText(command))</code></p>

      """
  }

  /// What is behind the last section.
  package var foot: String {
    "<footer class=\"remark\">\(Version.program) \(Version.number)</footer>\n</main>\n</body>\n</html>\n"
  }

  /// One query.
  ///
  /// - Parameter number: Its number on the page, from 1.
  package func section(_ explanation: Explanation, number: Int) -> String {
    let weights = WordWeights(explanation)
    let entries = explanation.entries.indices.map { position in
      article(explanation, position, id: "q\(number)-d\(position + 1)", weights)
    }
    return """
      <section aria-labelledby="q\(number)">
      <h2 id="q\(number)" dir="auto">\(htmlText(explanation.query.text))</h2>
      <p class="remark">\(circumstances(explanation))</p>
      \(overview(explanation, number: number))\
      \(explanation.comparison.map { matrix($0, of: explanation, number: number) } ?? "")\
      \(legend(explanation, weights))\
      \(entries.joined())</section>

      """
  }

  private func circumstances(_ explanation: Explanation) -> String {
    var parts: [String] = []
    if !explanation.query.id.isEmpty {
      parts.append("query <bdi>\(htmlText(explanation.query.id))</bdi>")
    }
    let count = explanation.entries.count
    parts.append(
      count == explanation.candidateCount
        ? counted(count, "document", "documents")
        : "the best \(grouped(count)) of "
          + counted(explanation.candidateCount, "document", "documents"))
    parts.append(
      counted(explanation.forwardPasses, "forward pass", "forward passes") + " to explain")
    return parts.joined(separator: " · ")
  }

  /// A table of ranks, documents and what each stage said.
  private func overview(_ explanation: Explanation, number: Int) -> String {
    var names: [String] = []
    for score in explanation.entries.flatMap(\.stageScores) where !names.contains(score.stage) {
      names.append(score.stage)
    }
    let head =
      ["place", "before"].map { "<th scope=\"col\">\($0)</th>" }
      + names.map { "<th scope=\"col\">\(htmlText($0))</th>" }
      + ["<th scope=\"col\" class=\"text\">document</th>"]
    let rows = explanation.entries.enumerated().map { position, entry in
      let scores = names.map { name in
        let score = entry.stageScores.first { $0.stage == name }
        return "<td>\(score.map { scoreText($0.score) } ?? "–")</td>"
      }
      let ranked = entry.ranked
      return """
        <tr><th scope="row"><a href="#q\(number)-d\(position + 1)">\(position + 1)</a></th>\
        <td>\(ranked.candidateIndex + 1)</td>\(scores.joined())\
        <td class="text">\(name(of: ranked.document.id, ranked.document.text))</td></tr>

        """
    }
    return """
      <div class="table overview" tabindex="0"><table><thead><tr>\(head.joined())</tr></thead>
      <tbody>
      \(rows.joined())</tbody></table></div>

      """
  }

  /// A document's identifier and how it begins.
  private func name(of id: String, _ text: String) -> String {
    let opening = htmlText(
      String(text.prefix(160)).split(whereSeparator: \.isNewline).joined(separator: " "))
    return (id.isEmpty ? "" : "<b><bdi>\(htmlText(id))</bdi></b> ") + "<bdi>\(opening)</bdi>"
  }

  private func article(
    _ explanation: Explanation, _ position: Int, id: String, _ weights: WordWeights
  ) -> String {
    let entry = explanation.entries[position]
    let document = entry.ranked.document
    let scores = entry.stageScores.map {
      "<div><dt>\(htmlText($0.stage))</dt><dd>\(scoreText($0.score))</dd></div>"
    }
    let name = document.id.isEmpty ? "" : " <bdi>\(htmlText(document.id))</bdi>"
    return """
      <article aria-labelledby="\(id)">
      <header><h3 id="\(id)"><span class="place">\(position + 1)</span>\(name)</h3>\
      \(scores.isEmpty ? "" : "<dl>\(scores.joined())</dl>")</header>
      \(words(of: entry, for: explanation.query, weights))\
      \(entry.distribution.map { ratings($0, explanation.ratings) } ?? "")</article>

      """
  }
}
