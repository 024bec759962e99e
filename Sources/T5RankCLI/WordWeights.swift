import RankingCore
import RankingFormats
package import Reranking

/// The scale on which the words of an explanation are shown: the strongest of all its words is full.
package struct WordWeights: Sendable {
  /// A piece of a text: a word, or what is between words.
  package struct Piece: Sendable {
    package let text: Substring
    /// nil: between words.
    package let importance: Double?
  }

  /// The greatest importance, either way.
  package let strongest: Double

  package init(_ explanation: Explanation) {
    strongest =
      explanation.entries.compactMap(\.words)
      .flatMap { $0.queryWords + $0.documentWords }.map(\.importance.magnitude).max() ?? 0
  }

  /// The shares of the strongest from which on a word has the levels 1 to 5.
  ///
  /// Each about double the one before: a few words usually have most of the weight.
  private static let thresholds = [0.05, 0.1, 0.2, 0.4, 0.7]

  /// 0 (not to be shown) to 5.
  package func level(of importance: Double) -> Int {
    guard strongest > 0 else { return 0 }
    return Self.thresholds.count { importance.magnitude >= $0 * strongest }
  }

  /// With its sign, and with as many decimals as the strongest needs.
  package func number(_ importance: Double) -> String {
    let decimals = strongest >= 1 ? 2 : strongest >= 0.01 ? 3 : 5
    return signed(importance, decimals: decimals)
  }

  /// A text in pieces that, joined, are the text.
  package static func pieces(of text: String, _ words: [OccludedScore.Word]) -> [Piece] {
    var pieces: [Piece] = []
    var end = text.startIndex
    for word in words {
      if end < word.range.lowerBound {
        pieces.append(Piece(text: text[end..<word.range.lowerBound], importance: nil))
      }
      pieces.append(Piece(text: text[word.range], importance: word.importance))
      end = word.range.upperBound
    }
    if end < text.endIndex { pieces.append(Piece(text: text[end...], importance: nil)) }
    return pieces
  }

  /// The words that speak most for a document, or against it: `hive +1.20`.
  ///
  /// - Parameter sign: 1 for it, −1 against it.
  package func strongestWords(
    of text: String, _ words: [OccludedScore.Word], sign: Double
  ) -> [String] {
    let most = 5
    let longest = 30
    return words.filter { $0.importance * sign > 0 && level(of: $0.importance) > 0 }
      .enumerated()
      .sorted {
        ($1.element.importance * sign, $0.offset) < ($0.element.importance * sign, $1.offset)
      }
      .prefix(most)
      .map {
        cut(flattened(String(text[$0.element.range])), to: longest) + " "
          + number($0.element.importance)
      }
  }
}

/// A number with its sign, the minus as it is printed.
func signed(_ number: Double, decimals: Int) -> String {
  let text = fixed(number.magnitude, decimals: decimals)
  return (number < 0 ? "−" : "+") + text
}

/// A score for people.
func scoreText(_ score: Double) -> String {
  (score < 0 ? "−" : "") + fixed(score.magnitude, decimals: 4)
}

/// A probability in per cent, without its sign.
func percent(_ probability: Double, decimals: Int = 0) -> String {
  fixed(probability * 100, decimals: decimals)
}
