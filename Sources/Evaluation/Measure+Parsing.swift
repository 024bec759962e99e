import RankingCore

extension Measure {
  /// Reads a name: ir_measures' (`nDCG@10`, `P(rel=2)@5`), trec_eval's (`ndcg_cut_10`, `map`,
  /// `recip_rank`), or another usual one (`MRR@10`, `MAP`, `Recall@100`).
  ///
  /// - Parameter relevance: The lowest relevant grade where the name does not give one.
  public init(_ text: String, relevance: Int = 1) throws(MeasureError) {
    precondition(relevance >= 0, "a relevant grade must not be negative")
    if let measure = Self.trecMeasure(text, relevance: relevance) {
      self = measure
      return
    }
    var parser = MeasureParser(text)
    self = try parser.measure(relevance: relevance)
  }

  /// Reads names that are separated by white space or commas, each once.
  public static func list(_ text: String, relevance: Int = 1) throws(MeasureError) -> [Measure] {
    var words: [String] = []
    var word = ""
    var depth = 0
    for character in text + " " {
      if character == "(" || character == "{" { depth += 1 }
      if character == ")" || character == "}" { depth -= 1 }
      if depth <= 0, character.isWhitespace || character == "," {
        if !word.isEmpty { words.append(word) }
        word = ""
      } else {
        word.append(character)
      }
    }
    if !word.isEmpty { words.append(word) }
    var measures: [Measure] = []
    for word in words {
      let measure = try Measure(word, relevance: relevance)
      if !measures.contains(measure) { measures.append(measure) }
    }
    guard !measures.isEmpty else { throw MeasureError("expected a measure, found none") }
    return measures
  }

  private static func trecMeasure(_ text: String, relevance: Int) -> Measure? {
    if let kind = trecNames[text] { return Measure(kind, at: nil, relevance: relevance) }
    if text == "rbp" {
      var measure = Measure(.rankBiasedPrecision, at: nil)
      measure.persistence = 0.9
      return measure
    }
    guard let separator = text.lastIndex(where: { $0 == "_" || $0 == "." }),
      let kind = trecNamesWithCutoff[String(text[..<separator])],
      let cutoff = Int(text[text.index(after: separator)...]), cutoffRange.contains(cutoff)
    else { return nil }
    return Measure(kind, at: cutoff, relevance: relevance)
  }
}

private let cutoffRange = 1...1_000_000_000
private let gradeRange = 0...1000

private let trecNames: [String: Measure.Kind] = [
  "ndcg": .discountedGain, "map": .averagePrecision, "recip_rank": .reciprocalRank,
  "Rprec": .precisionAtRelevant,
]
private let trecNamesWithCutoff: [String: Measure.Kind] = [
  "ndcg_cut": .discountedGain, "map_cut": .averagePrecision, "P": .precision, "recall": .recall,
  "success": .success,
]
private let aliases: [String: Measure.Kind] = [
  "mrr": .reciprocalRank, "map": .averagePrecision, "precision": .precision, "recall": .recall,
]

/// Reads `Name(key=value, …)@cutoff`, where values are Python's.
private struct MeasureParser {
  private let text: String
  private var rest: Substring

  init(_ text: String) {
    self.text = text
    rest = text[...]
  }

  mutating func measure(relevance: Int) throws(MeasureError) -> Measure {
    skipSpace()
    let kind = try kind()
    var parameters = try parameters(of: kind)
    skipSpace()
    if take("@") {
      guard parameters.updateValue(word(), forKey: "cutoff") == nil else {
        throw failure("expected one cutoff, found two")
      }
    }
    skipSpace()
    guard rest.isEmpty else { throw failure("expected nothing behind it, found '\(rest)'") }

    let cutoff = try parameters["cutoff"].map { text throws(MeasureError) in
      try number(text, in: cutoffRange, "a cutoff")
    }
    switch kind.cutoffRule {
    case .required where cutoff == nil:
      throw failure("expected a cutoff, as in \(kind.rawValue)@10, found none")
    case .none where cutoff != nil: throw failure("expected no cutoff, found one")
    default: break
    }
    var measure = Measure(kind, at: cutoff, relevance: relevance)
    for (key, value) in parameters where key != "cutoff" {
      switch key {
      case "rel": measure.relevance = try number(value, in: gradeRange, "rel")
      case "judged_only": measure.judgedOnly = try truth(value)
      case "dcg": measure.gain = try gain(value)
      case "gains": measure.gains = try gains(value)
      default: measure.persistence = try persistence(value)
      }
    }
    return measure
  }

  private mutating func kind() throws(MeasureError) -> Measure.Kind {
    let name = word()
    if let kind = Measure.Kind(rawValue: name) { return kind }
    // Nobody means two measures by two ways to write one name.
    let known = Measure.Kind.allCases.first { $0.rawValue.lowercased() == name.lowercased() }
    if let kind = known ?? aliases[name.lowercased()] { return kind }
    let names =
      Measure.Kind.allCases.map(\.rawValue) + ["MRR", "MAP", "Recall", "Precision"]
      + trecNames.keys.sorted() + trecNamesWithCutoff.keys.sorted().map { $0 + "_10" }
    let hint = nearestName(to: name.isEmpty ? text : name, in: names).map { "did you mean \($0)?" }
    let all = Measure.Kind.allCases.map(\.rawValue).joined(separator: ", ")
    throw MeasureError("unknown measure '\(text.prefix(80))'; " + (hint ?? "there are \(all)"))
  }

  private mutating func parameters(
    of kind: Measure.Kind
  ) throws(MeasureError) -> [String: String] {
    var values: [String: String] = [:]
    skipSpace()
    guard take("(") else { return values }
    skipSpace()
    if take(")") { return values }
    repeat {
      skipSpace()
      let key = word()
      let allowed = (kind.cutoffRule == .none ? [] : ["cutoff"]) + kind.parameters
      guard allowed.contains(key) else {
        throw failure(
          "expected one of \(allowed.joined(separator: ", ")) in parentheses, found '\(key)'")
      }
      skipSpace()
      guard take("=") else { throw failure("expected = behind \(key), found '\(rest.prefix(1))'") }
      skipSpace()
      let value = rest.first == "{" ? braces() : word()
      guard values.updateValue(value, forKey: key) == nil else {
        throw failure("expected \(key) once, found it twice")
      }
      skipSpace()
    } while take(",")
    guard take(")") else { throw failure("expected ) or a comma, found '\(rest.prefix(1))'") }
    return values
  }

  // MARK: Values

  private func number(
    _ text: String, in range: ClosedRange<Int>, _ name: String
  ) throws(MeasureError) -> Int {
    guard let number = Int(text), range.contains(number) else {
      throw failure(
        "expected a whole number from \(range.lowerBound) to \(range.upperBound) as \(name), "
          + "found '\(text)'")
    }
    return number
  }

  private func truth(_ text: String) throws(MeasureError) -> Bool {
    switch text {
    case "True": return true
    case "False": return false
    default: throw failure("expected True or False as judged_only, found '\(text)'")
    }
  }

  private func gain(_ text: String) throws(MeasureError) -> Measure.Gain {
    let isQuoted =
      text.count > 2 && text.first == text.last && (text.first == "'" || text.first == "\"")
    guard isQuoted, let gain = Measure.Gain(rawValue: String(text.dropFirst().dropLast())) else {
      throw failure("expected 'log2' or 'exp-log2' as dcg, found \(text)")
    }
    return gain
  }

  private func persistence(_ text: String) throws(MeasureError) -> Double {
    guard let value = Double(text), value > 0, value < 1 else {
      throw failure("expected a number between 0 and 1 as p, found '\(text)'")
    }
    return value
  }

  private func gains(_ text: String) throws(MeasureError) -> [Int: Int] {
    let refusal = failure("expected pairs such as {1:1,2:5} as gains, found '\(text)'")
    guard text.hasPrefix("{"), text.hasSuffix("}") else { throw refusal }
    let pairs = text.dropFirst().dropLast().split(separator: ",")
    guard !pairs.isEmpty else { throw refusal }
    var gains: [Int: Int] = [:]
    for pair in pairs {
      let sides = pair.split(separator: ":").map {
        Int(String($0.filter { !$0.isWhitespace }))
      }
      guard sides.count == 2, let grade = sides[0], let gain = sides[1],
        grade.magnitude <= 1000, gain.magnitude <= 1000
      else { throw refusal }
      // As ir_measures prints them: what maps to itself is not said.
      gains[grade] = gain == grade ? nil : gain
    }
    return gains
  }

  // MARK: Characters

  private mutating func skipSpace() { rest = rest.drop(while: \.isWhitespace) }

  private mutating func take(_ character: Character) -> Bool {
    guard rest.first == character else { return false }
    rest.removeFirst()
    return true
  }

  private mutating func word() -> String {
    skipSpace()
    let word = rest.prefix { !$0.isWhitespace && !"(){}=,@".contains($0) }
    rest = rest.dropFirst(word.count)
    return String(word)
  }

  private mutating func braces() -> String {
    let end = rest.firstIndex(of: "}").map { rest.index(after: $0) } ?? rest.endIndex
    defer { rest = rest[end...] }
    return String(rest[..<end])
  }

  private func failure(_ reason: String) -> MeasureError {
    MeasureError("measure '\(text.prefix(80))': \(reason)")
  }
}
