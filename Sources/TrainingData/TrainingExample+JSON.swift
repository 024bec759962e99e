import JSON

extension TrainingExample {
  /// The example as `TrainingReader` reads it: an object on one line, with its line feed.
  ///
  /// One positive is a string, several are an array. Scores are written if each passage has one, grades
  /// if they are others than 1 and 0.
  public var jsonLine: String {
    var members: JSONObject = ["query": .string(query)]
    let texts = positives.map { JSONValue.string($0.text) }
    members["positive"] = texts.count == 1 ? texts.first : .array(texts)
    members["negatives"] = .array(negatives.map { .string($0.text) })
    if let scores { members["scores"] = .array(scores.compactMap { JSONValue($0) }) }
    let isGraded =
      !positives.allSatisfy { $0.grade == 1 } || !negatives.allSatisfy { $0.grade == 0 }
    if isGraded { members["grades"] = .array(passages.compactMap { JSONValue($0.grade) }) }
    return JSONValue.object(members).serialized() + "\n"
  }
}
