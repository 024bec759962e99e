import RankingCore
import Reranking

/// Texts with the words that mattered.
extension ExplanationPage {
  /// Longer texts are cut: of what is behind, no model has read much.
  private static let mostCharacters = 6000

  /// What the colours mean.
  func legend(_ explanation: Explanation, _ weights: WordWeights) -> String {
    guard let basis = explanation.wordBasis else { return "" }
    let meaning =
      switch basis {
      case .score(let stage, let scale):
        "what the score by <b>\(htmlText(stage.name))</b>"
          + " (\(scale.rawValue)) loses without the word"
      case .comparison(let stage):
        "what the document’s log-odds to be above the next one (for the last: above the one before), "
          + "by <b>\(htmlText(stage.name))</b>, lose without the word"
      }
    let strongest = weights.strongest
    guard strongest > 0 else {
      return "<h3>Words</h3>\n<p class=\"remark\">No word changes anything: \(meaning).</p>\n"
    }
    return """
      <h3>Words</h3>
      <p class="legend" aria-hidden="true"><span>against it</span>\
      \((1...5).reversed().map { "<i class=\"l\($0)\"></i>" }.joined())<i></i>\
      \((1...5).map { "<i class=\"g\($0)\"></i>" }.joined())<span>for it</span></p>
      <p class="remark">Importance: \(meaning). The strongest here: \
      \(weights.number(strongest).dropFirst()).</p>

      """
  }

  /// The query and the document, as far as anything is known about their words.
  func words(of entry: Explanation.Entry, for query: Query, _ weights: WordWeights) -> String {
    let text = entry.ranked.document.text
    guard let words = entry.words else {
      return "<p class=\"words\" dir=\"auto\">\(marked(text, [], weights))</p>\n"
    }
    var result = ""
    if !words.queryWords.isEmpty {
      result +=
        "<p class=\"words query\" dir=\"auto\">\(marked(query.text, words.queryWords, weights))</p>\n"
    }
    result += "<p class=\"words\" dir=\"auto\">\(marked(text, words.documentWords, weights))</p>\n"
    let lists = [(1.0, "for it", "gain"), (-1, "against it", "loss")].compactMap {
      sign, title, style -> String? in
      let list = weights.strongestWords(of: text, words.documentWords, sign: sign)
      guard !list.isEmpty else { return nil }
      let items = list.map { "<bdi>\(htmlText($0))</bdi>" }.joined(separator: ", ")
      return "<b class=\"\(style)\">\(title)</b> \(items)"
    }
    if !lists.isEmpty {
      result += "<p class=\"remark\">\(lists.joined(separator: "<br>\n"))</p>\n"
    }
    return result
  }

  private func marked(
    _ text: String, _ words: [OccludedScore.Word], _ weights: WordWeights
  ) -> String {
    var result = ""
    var room = Self.mostCharacters
    for piece in WordWeights.pieces(of: text, words) {
      let shown = piece.text.prefix(room)
      room -= shown.count
      let html = htmlText(shown)
      if let importance = piece.importance, weights.level(of: importance) > 0 {
        let style = "\(importance < 0 ? "l" : "g")\(weights.level(of: importance))"
        result += "<mark class=\"\(style)\" title=\"\(weights.number(importance))\">\(html)</mark>"
      } else {
        result += html
      }
      if room == 0 { break }
    }
    return room == 0 && text.count > Self.mostCharacters
      ? result + " <span class=\"remark\">(cut here)</span>" : result
  }
}
