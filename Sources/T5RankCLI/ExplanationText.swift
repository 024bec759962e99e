import RankingCore
import RankingFormats
package import Reranking

/// Explanations for a terminal.
package struct ExplanationText: Sendable {
  /// How words that mattered are shown.
  package enum Style: Sendable, Hashable {
    /// By escape sequences: blue speaks for a document, yellow against it; reversed is strong.
    case colored
    /// `[+word]` and `[-word]`, if they are strong.
    case plain
  }

  private let style: Style
  private let width: Int

  /// The level (of 5) from which on a word is strong.
  private static let strongLevel = 3
  /// Longer texts are cut.
  private static let mostCharacters = 1500

  package init(style: Style, width: Int) {
    self.style = style
    self.width = max(width, 20)
  }

  /// One query.
  package func text(of explanation: Explanation) -> String {
    let weights = WordWeights(explanation)
    var text = "\nwhy: " + cut(flattened(explanation.query.text), to: width - 5) + "\n"
    text += legend(explanation, weights)
    if let comparison = explanation.comparison { text += matrix(comparison, explanation) }
    for (position, entry) in explanation.entries.enumerated() {
      let id = cut(flattened(entry.ranked.document.id), to: 32)
      let scores = entry.stageScores.map { "\(flattened($0.stage)) \(scoreText($0.score))" }
      text +=
        "\n"
        + ([bold("\(position + 1)"), id.isEmpty ? "" : "id \(bold(id))"] + scores).filter {
          !$0.isEmpty
        }
        .joined(separator: "  ") + "\n"
      text += words(of: entry, for: explanation.query, weights)
      if let distribution = entry.distribution {
        text += ratings(distribution, explanation.ratings)
      }
    }
    return text
  }

  // MARK: Parts

  private func legend(_ explanation: Explanation, _ weights: WordWeights) -> String {
    let passes = counted(explanation.forwardPasses, "forward pass", "forward passes")
    guard let basis = explanation.wordBasis, weights.strongest > 0 else { return "\(passes)\n" }
    let meaning =
      switch basis {
      case .score(let stage, let scale):
        "score by \(stage.name) (\(scale.rawValue))"
      case .comparison(let stage): "log-odds by \(stage.name) to be above the next"
      }
    let words =
      "\(shown("for", level: 5, sign: 1)) and \(shown("against", level: 5, sign: -1)): what the "
      + "\(meaning) loses without the word; the strongest \(weights.number(weights.strongest).dropFirst()); "
      + passes
    return wrapped(words, to: width).joined(separator: "\n") + "\n"
  }

  private func words(
    of entry: Explanation.Entry, for query: Query, _ weights: WordWeights
  ) -> String {
    let text = entry.ranked.document.text
    guard let words = entry.words else { return filled(text, [], weights) }
    var result = ""
    if !words.queryWords.isEmpty { result += filled(query.text, words.queryWords, weights) }
    result += filled(text, words.documentWords, weights)
    for (sign, title) in [(1.0, "for"), (-1, "against")] {
      let list = weights.strongestWords(of: text, words.documentWords, sign: sign)
      guard !list.isEmpty else { continue }
      result += wrapped("\(title): " + list.joined(separator: ", "), to: width - 3)
        .map { "   \($0)\n" }.joined()
    }
    return result
  }

  /// A text in lines, its words marked.
  private func filled(
    _ text: String, _ words: [OccludedScore.Word], _ weights: WordWeights
  ) -> String {
    var lines = ""
    var line = ""
    var used = 0
    var hasGap = false
    var room = Self.mostCharacters
    func add(_ word: String, _ importance: Double) {
      let level = weights.level(of: importance)
      let mark = shown(word, level: level, sign: importance)
      let columns =
        displayWidth(word) + (style == .plain && level >= Self.strongLevel ? 3 : 0)
      if used > 0, used + (hasGap ? 1 : 0) + columns > width - 3 {
        lines += "   \(line)\n"
        line = ""
        used = 0
      }
      if hasGap, used > 0 {
        line += " "
        used += 1
      }
      line += mark
      used += columns
      hasGap = false
    }
    for piece in WordWeights.pieces(of: text, words) where room > 0 {
      let shown = flattened(String(piece.text.prefix(room)))
      room -= piece.text.count
      if piece.text.first?.isWhitespace == true { hasGap = true }
      for (number, word) in shown.split(separator: " ").enumerated() {
        if number > 0 { hasGap = true }
        add(String(word), piece.importance ?? 0)
      }
      if piece.text.last?.isWhitespace == true { hasGap = true }
    }
    if room < 0 { add("…", 0) }
    return used > 0 ? lines + "   \(line)\n" : lines
  }

  private func ratings(_ probabilities: [Double], _ values: [Double]) -> String {
    let blocks = Array("▁▂▃▄▅▆▇█")
    let greatest = max(probabilities.max() ?? 0, 1e-9)
    let bars = probabilities.enumerated().map { number, probability in
      let value = number < values.count ? values[number] : Double(number)
      let share = min(max(probability / greatest, 0), 1)
      let block = blocks[Int(share * Double(blocks.count - 1) + 0.5)]
      return "\(Int(exactly: value).map(String.init) ?? fixed(value, decimals: 2))\(block)"
    }
    return "   ratings \(bars.joined(separator: " "))  (█ \(percent(greatest)) %)\n"
  }

  private func matrix(
    _ comparison: Explanation.Comparison, _ explanation: Explanation
  ) -> String {
    let positions = comparison.positions
    let stage = explanation.stages.last { $0.scale == .preference }?.name ?? "duo"
    func right(_ word: String) -> String {
      String(repeating: " ", count: max(4 - word.count, 0)) + word
    }
    var text = "\n\(flattened(stage)): how likely, in %, the row is better than the column\n"
    text += "    " + positions.map { right("\($0 + 1) ") }.joined() + "\n"
    for first in positions.indices {
      let cells = positions.indices.map { second -> String in
        guard first != second, let odds = comparison.preferences[first, over: second] else {
          return "  · "
        }
        let shades = Array(" ░▒▓█")
        let shade = shades[min(Int(odds.probability * Double(shades.count)), shades.count - 1)]
        return right("\(percent(odds.probability))\(shade)")
      }
      text += right("\(positions[first] + 1) ") + cells.joined() + "\n"
    }
    return text
  }

  // MARK: Marks

  private func shown(_ word: String, level: Int, sign: Double) -> String {
    guard level > 0 else { return word }
    let isStrong = level >= Self.strongLevel
    switch style {
    case .plain: return isStrong ? "[\(sign < 0 ? "-" : "+")\(word)]" : word
    case .colored:
      return "\u{1B}[\(isStrong ? 7 : 4);\(sign < 0 ? 33 : 34)m\(word)\u{1B}[0m"
    }
  }

  private func bold(_ word: String) -> String {
    style == .colored && !word.isEmpty ? "\u{1B}[1m\(word)\u{1B}[0m" : word
  }
}
