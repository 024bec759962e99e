import Checkpoints
import JSON

extension Prompt {
  /// The most tokens that a prompt file may ask for: far more than any model here was trained with.
  public static let largestBudget = 1 << 20

  /// Reads a prompt file.
  ///
  /// Its keys are `name`, `description`, `source`, `mode`, `template`, `labels` (each with `pieces`
  /// and `value`), `scoring`, `max_tokens`, `truncation` and `end_of_sequence`; each is there, and
  /// no other.
  ///
  /// - Throws: `RerankingError`: `fileMissing`, or `unusablePrompt` for the first thing that is
  ///   wrong, by file and key.
  public init(contentsOf path: String) throws(RerankingError) {
    let value: JSONValue
    do {
      value = try SmallJSONFile.value(path, expected: "a prompt file")
    } catch {
      throw error.asPromptError
    }
    try self.init(value, path: path)
  }

  /// Reads a prompt from the text of a prompt file.
  ///
  /// - Parameter path: What errors call the text.
  public init(parsing text: String, path: String) throws(RerankingError) {
    let value: JSONValue
    do {
      value = try JSONValue(parsing: text)
    } catch {
      throw .unusablePrompt(path: path, reason: "expected JSON: \(error)")
    }
    try self.init(value, path: path)
  }

  private init(_ value: JSONValue, path: String) throws(RerankingError) {
    do {
      try self.init(value)
    } catch {
      throw .unusablePrompt(path: path, reason: error.reason)
    }
  }

  private init(_ value: JSONValue) throws(Mismatch) {
    let object = try StrictObject(
      value, at: "",
      required: [
        "name", "description", "source", "mode", "template", "labels", "scoring", "max_tokens",
        "truncation", "end_of_sequence",
      ])
    name = try object.value("name", "a name") { $0.string.flatMap { $0.isEmpty ? nil : $0 } }
    description = try object.value("description", "a string", \.string)
    source = try object.value("source", "a string", \.string)
    mode = try object.choice("mode")
    template = try Self.template(try object.value("template", "a string", \.string), mode)
    scoring = try object.choice("scoring")
    labels = try Self.labels(try object.value("labels", "an array", \.array))
    maximumTokens = try object.value("max_tokens", "an integer from 1 to \(Self.largestBudget)") {
      $0.int.flatMap { 1...Self.largestBudget ~= $0 ? $0 : nil }
    }
    truncation = try object.choice("truncation")
    endsWithEndOfSequence = try object.value("end_of_sequence", "true or false", \.bool)
    try checkScoring()
    try checkLabels()
  }

  private static func template(_ text: String, _ mode: Mode) throws(Mismatch) -> PromptTemplate {
    do {
      return try PromptTemplate(parsing: text, fields: mode.fields)
    } catch {
      throw Mismatch("template", error.description)
    }
  }

  private static func labels(_ values: [JSONValue]) throws(Mismatch) -> [Label] {
    var labels: [Label] = []
    for (index, value) in values.enumerated() {
      let object = try StrictObject(value, at: "labels[\(index)]", required: ["pieces", "value"])
      let pieces = try object.value(
        "pieces", "an array of one piece or more, none empty", Self.pieces)
      labels.append(Label(pieces: pieces, value: try object.value("value", "a number", \.double)))
    }
    return labels
  }

  private static func pieces(_ value: JSONValue) -> [String]? {
    guard let values = value.array, !values.isEmpty else { return nil }
    let pieces = values.compactMap(\.string).filter { !$0.isEmpty }
    return pieces.count == values.count ? pieces : nil
  }

  /// The rule fits the mode, and the labels fit the rule.
  private func checkScoring() throws(Mismatch) {
    let rules: [Scoring] = mode == .rank ? [.expectedValue, .logit] : [.logOdds]
    guard rules.contains(scoring) else {
      throw Mismatch(
        "scoring",
        expected: "\(rules.map(\.rawValue).joined(separator: " or ")) for mode \(mode.rawValue)",
        found: scoring.rawValue)
    }
    let values = labels.map(\.value)
    switch scoring {
    case .logOdds where values.sorted() != [0, 1]:
      throw Mismatch(
        "labels", expected: "two for log-odds, with the values 1 (positive) and 0 (negative)",
        found: "the values \(values.prefix(10))")
    case .expectedValue where labels.count < 2:
      throw Mismatch(
        "labels", expected: "at least two for an expected value", found: "\(labels.count)")
    case .expectedValue where values.min() == values.max():
      throw Mismatch(
        "labels", expected: "different values for an expected value",
        found: "only \(values[0])")
    case .logit where labels.map(\.pieces.count) != [1]:
      throw Mismatch(
        "labels", expected: "one of a single piece for a logit",
        found: "\(labels.count) of \(labels.prefix(10).map(\.pieces.count)) pieces")
    default: break
    }
  }

  /// No label begins another: a beginning is never less likely than the whole, so the two would not
  /// be alternatives.
  private func checkLabels() throws(Mismatch) {
    // Sorted, a label stands right before those that it begins.
    let sorted = labels.map(\.pieces).sorted { $0.lexicographicallyPrecedes($1) }
    for (label, next) in zip(sorted, sorted.dropFirst()) where next.starts(with: label) {
      throw Mismatch(
        "labels", expected: "answers that exclude each other",
        found: "\"\(label.joined(separator: " "))\", with which "
          + "\"\(next.joined(separator: " "))\" begins")
    }
  }
}
