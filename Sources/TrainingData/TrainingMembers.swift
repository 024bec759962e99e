import JSON
import RankingFormats

/// The members of a line's object, by kind; null counts as none.
struct TrainingMembers {
  private let entry: JSONLinesReader.Entry

  init(_ entry: JSONLinesReader.Entry) {
    self.entry = entry
  }

  func contains(_ keys: [String]) -> Bool { member(keys) != nil }

  /// A text that is not blank.
  func text(_ keys: [String], as name: String) throws(FormatError) -> String {
    guard let (key, value) = member(keys) else {
      throw failure("expected a \(name) under one of \(keys.joined(separator: ", ")), found none")
    }
    return try text(value, as: key)
  }

  /// A text, or an array of texts; empty if there is none.
  func texts(_ keys: [String], as name: String) throws(FormatError) -> [String] {
    guard let (key, value) = member(keys) else { return [] }
    guard let elements = value.array else { return [try text(value, as: key)] }
    var texts: [String] = []
    for (number, element) in elements.enumerated() {
      texts.append(try text(element, as: "\(name) \(number + 1) in \(key)"))
    }
    return texts
  }

  /// The texts under a prefix with a number behind it, in the order of the line.
  func numberedTexts(_ prefix: String) throws(FormatError) -> [String] {
    var texts: [String] = []
    for (key, value) in entry.members where !value.isNull && key.hasPrefix(prefix) {
      guard Int(key.dropFirst(prefix.count)) != nil else { continue }
      texts.append(try text(value, as: key))
    }
    return texts
  }

  /// A number; `true` is 1 and `false` is 0.
  func number(_ keys: [String]) throws(FormatError) -> Double {
    guard let (key, value) = member(keys) else {
      throw failure("expected a number under one of \(keys.joined(separator: ", ")), found none")
    }
    if let flag = value.bool { return flag ? 1 : 0 }
    return try number(value, as: key)
  }

  /// Numbers, one for each passage; nil if there are none.
  func numbers(_ key: String, count: Int) throws(FormatError) -> [Double]? {
    guard let (_, value) = member([key]) else { return nil }
    guard let elements = value.array else {
      throw failure("expected an array as \(key), found \(value.kind)")
    }
    guard elements.count == count else {
      throw failure(
        "expected \(count) \(key), one for each passage of the line, found \(elements.count)")
    }
    var numbers: [Double] = []
    for element in elements { numbers.append(try number(element, as: key)) }
    return numbers
  }

  /// FlagEmbedding's scores, which stand apart.
  func splitScores(positives: Int, negatives: Int) throws(FormatError) -> [Double]? {
    let first = try numbers("pos_scores", count: positives)
    let second = try numbers("neg_scores", count: negatives)
    switch (first, second) {
    case (let first?, let second?): return first + second
    case (let first?, nil) where negatives == 0: return first
    case (nil, nil): return nil
    default: throw failure("expected both pos_scores and neg_scores, found one of them")
    }
  }

  func failure(_ reason: String, _ kind: FormatError.Kind = .malformed) -> FormatError {
    FormatError(kind, path: entry.path, line: entry.line, reason: reason)
  }

  private func member(_ keys: [String]) -> (key: String, value: JSONValue)? {
    for key in keys {
      if let value = entry.members[key], !value.isNull { return (key, value) }
    }
    return nil
  }

  private func text(_ value: JSONValue, as key: String) throws(FormatError) -> String {
    guard let text = value.string else {
      throw failure("expected a string as \(key), found \(value.kind)")
    }
    guard !text.isBlank else {
      throw failure("expected a text as \(key), found an empty one", .empty)
    }
    return text
  }

  private func number(_ value: JSONValue, as key: String) throws(FormatError) -> Double {
    guard let number = value.double else {
      throw failure("expected a finite number in \(key), found \(value.number?.text ?? value.kind)")
    }
    return number
  }
}
