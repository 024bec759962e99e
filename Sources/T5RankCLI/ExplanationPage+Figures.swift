import RankingCore
import RankingFormats
import Reranking

/// Ratings as bars, preferences as a table in colours.
extension ExplanationPage {
  /// Bars of the ratings' probabilities.
  func ratings(_ probabilities: [Double], _ values: [Double]) -> String {
    let step = 30.0
    let height = 60.0
    let greatest = max(probabilities.max() ?? 0, 1e-9)
    var bars = ""
    var words: [String] = []
    for (number, probability) in probabilities.enumerated() {
      let rating = number < values.count ? label(values[number]) : String(number)
      let length = height * min(max(probability / greatest, 0), 1)
      let left = Double(number) * step
      let middle = coordinate(left + step / 2)
      words.append("\(rating): \(percent(probability, decimals: 1)) %")
      bars += """
        <g><title>\(words[number])</title>\
        <rect class="bar" x="\(coordinate(left + 4))" y="\(coordinate(14 + height - length))" \
        width="\(coordinate(step - 8))" height="\(coordinate(length))"/>\
        <text x="\(middle)" y="\(coordinate(10 + height - length))">\(percent(probability))</text>\
        <text class="tick" x="\(middle)" y="\(coordinate(height + 27))">\(rating)</text></g>
        """
    }
    let width = coordinate(step * Double(max(probabilities.count, 1)))
    return """
      <figure class="ratings"><figcaption><b>Ratings</b>, probabilities in per cent</figcaption>\
      <svg viewBox="0 0 \(width) \(coordinate(height + 32))" role="img" \
      aria-label="Probabilities of the ratings: \(words.joined(separator: ", "))">\(bars)</svg></figure>

      """
  }

  /// How likely each document is above each other one.
  ///
  /// - Parameter number: The query's number on the page.
  func matrix(
    _ comparison: Explanation.Comparison, of explanation: Explanation, number: Int
  ) -> String {
    let positions = comparison.positions
    let preferences = comparison.preferences
    let head = positions.map { position in
      "<th scope=\"col\"><a href=\"#q\(number)-d\(position + 1)\">\(position + 1)</a></th>"
    }
    var sum = 0.0
    var asked = 0
    let rows = positions.indices.map { first -> String in
      let cells = positions.indices.map { second -> String in
        guard first != second, let odds = preferences[first, over: second] else {
          return "<td class=\"self\"></td>"
        }
        sum += odds.probability
        asked += 1
        let title =
          "\(positions[first] + 1) before \(positions[second] + 1): "
          + "\(percent(odds.probability, decimals: 1)) %"
        return "<td class=\"\(style(odds.probability))\" title=\"\(title)\">"
          + "\(percent(odds.probability))</td>"
      }
      let id = explanation.entries[positions[first]].ranked.document.id
      let name = id.isEmpty ? "" : " <bdi class=\"wide\">\(htmlText(String(id.prefix(24))))</bdi>"
      return "<tr><th scope=\"row\">\(positions[first] + 1)\(name)</th>\(cells.joined())</tr>\n"
    }
    let stage = explanation.stages.last { $0.scale == .preference }?.name ?? "duo"
    let share = asked == 0 ? 0.5 : sum / Double(asked)
    return """
      <figure class="matrix"><figcaption><b>Pairs, by \(htmlText(stage))</b>: how likely, in per cent, the \
      row’s document is better than the column’s, the row’s shown first. On average the one shown first \
      gets \(percent(share)) %; without a bias for its place it would be 50.</figcaption>
      <div class="table" tabindex="0"><table><thead><tr><th scope="col">place</th>\(head.joined())</tr></thead>
      <tbody>
      \(rows.joined())</tbody></table></div></figure>

      """
  }

  private func style(_ probability: Double) -> String {
    let distance = 2 * probability - 1
    let level = [0.1, 0.3, 0.5, 0.7, 0.9].count { distance.magnitude >= $0 }
    return level == 0 ? "" : "\(distance < 0 ? "l" : "g")\(level)"
  }

  private func label(_ value: Double) -> String {
    Int(exactly: value).map(String.init) ?? fixed(value, decimals: 2)
  }

  private func coordinate(_ number: Double) -> String { fixed(number, decimals: 1) }
}
