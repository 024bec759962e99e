import RankingCore
import Reranking

/// An explanation with everything that one can have, of any texts.
enum ExplainedCase {
  /// - Parameter texts: Of the documents, two of them; of each the first word is for it, by 2, the second
  ///   against it, by 1.
  static func explanation(query: String, id: String = "d", texts: [String]) -> Explanation {
    let mono = Explanation.Stage(
      name: "mono", scale: .logit, modelPath: "models/<big>", prompt: "p&q")
    let duo = Explanation.Stage(name: "duo", scale: .preference)
    let entries = texts.enumerated().map { index, text -> Explanation.Entry in
      let document = Document(id: "\(id)\(index)", text: text)
      let ranked = RankedDocument(
        document: document, score: 1.5 - Double(index), scale: .preference,
        candidateIndex: 1 - index)
      return Explanation.Entry(
        ranked: ranked,
        stageScores: [
          StageScore(stage: "mono", score: -0.25), StageScore(stage: "duo", score: ranked.score),
        ],
        words: OccludedScore(
          score: -0.25, queryWords: words(of: query, [0.5, -0.5]),
          documentWords: words(of: text, [2, -1])),
        distribution: [0.25, 0.75, 0])
    }
    var explanation = Explanation(
      query: Query(id: "q1", text: query), stages: [mono, duo], entries: entries, candidateCount: 7)
    explanation.wordBasis = .score(mono, in: .logit)
    explanation.ratings = [0, 1, 2.5]
    var preferences = PreferenceMatrix(count: 2)
    preferences[0, over: 1] = LogOdds(2)
    preferences[1, over: 0] = LogOdds(-1)
    explanation.comparison = Explanation.Comparison(positions: [0, 1], preferences: preferences)
    explanation.forwardPasses = 1234
    return explanation
  }

  private static func words(of text: String, _ importances: [Double]) -> [OccludedScore.Word] {
    zip(text.split(separator: " "), importances).map { word, importance in
      OccludedScore.Word(range: word.startIndex..<word.endIndex, importance: importance)
    }
  }
}
