import JSON
import RankingFormats

/// What one line of a training file says.
enum TrainingRow {
  /// A query with all of its passages.
  case example(TrainingExample)
  /// A query and one passage, whose grade tells whether it is relevant.
  case judged(query: String, TrainingExample.Passage)
}

extension TrainingRow {
  /// Reads the line's object; members under other keys are ignored.
  ///
  /// | what | keys |
  /// |---|---|
  /// | query | `query`, `q`, `anchor` |
  /// | positives, a text or several | `positive`, `positives`, `pos`, `d` |
  /// | negatives, a text or several | `negatives`, `negative`, `neg`, and `negative_1`, `negative_2` … |
  /// | scores of positives, then negatives | `scores`, or `pos_scores` and `neg_scores` |
  /// | grades of positives, then negatives | `grades` |
  /// | a judged passage | `document`, `passage`, `text`, `d` with `label` or `grade` |
  ///
  /// `anchor`, `positive` and `negative` are sentence-transformers' names, `pos` and `neg` those of
  /// FlagEmbedding.
  init(_ entry: JSONLinesReader.Entry) throws(FormatError) {
    let members = TrainingMembers(entry)
    let query = try members.text(["query", "q", "anchor"], as: "query")
    let isJudged = members.contains(Self.labelKeys)
    if !members.contains(["positive", "positives", "pos"]), isJudged {
      let text = try members.text(["document", "passage", "text", "d"], as: "document")
      let grade = try members.number(Self.labelKeys)
      self = .judged(query: query, TrainingExample.Passage(text, grade: grade))
      return
    }
    let positives = try members.texts(["positive", "positives", "pos", "d"], as: "positive")
    guard !positives.isEmpty else {
      throw members.failure(
        "expected a positive (positive, pos or d), or a document and its label, found neither")
    }
    var negatives = try members.texts(["negatives", "negative", "neg"], as: "negative")
    negatives += try members.numberedTexts("negative_")
    let count = positives.count + negatives.count
    var scores = try members.numbers("scores", count: count)
    if scores == nil {
      scores = try members.splitScores(positives: positives.count, negatives: negatives.count)
    }
    let grades = try members.numbers("grades", count: count)
    func passages(_ texts: [String], from start: Int, grade: Double) -> [TrainingExample.Passage] {
      texts.enumerated().map { place, text in
        .init(text, grade: grades?[start + place] ?? grade, score: scores?[start + place])
      }
    }
    let example = TrainingExample(
      query: query, positives: passages(positives, from: 0, grade: 1),
      negatives: passages(negatives, from: positives.count, grade: 0))
    guard example.positives.allSatisfy({ $0.grade > 0 }),
      example.negatives.allSatisfy({ $0.grade <= 0 })
    else {
      throw members.failure(
        "expected grades above 0 for positives and not above 0 for negatives, found others")
    }
    self = .example(example)
  }

  private static let labelKeys = ["label", "grade"]
}
