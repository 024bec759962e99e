import RankingCore

extension ParsedArguments {
  /// A whole number in a range; nil if the option was not given.
  func number(_ name: String, in range: ClosedRange<Int>) throws(UsageError) -> Int? {
    guard let text = last(name) else { return nil }
    guard let number = Int(text), range.contains(number) else {
      throw UsageError(
        "--\(name): expected a whole number from \(range.lowerBound) to "
          + "\(grouped(range.upperBound)), found '\(printable(text))'")
    }
    return number
  }

  /// A number; nil if the option was not given.
  func decimal(_ name: String) throws(UsageError) -> Double? {
    guard let text = last(name) else { return nil }
    guard let number = Double(text), number.isFinite else {
      throw UsageError("--\(name): expected a number, found '\(printable(text))'")
    }
    return number
  }

  /// One of an enumeration's values; nil if the option was not given.
  func choice<Choice: RawRepresentable<String>>(_ name: String) throws(UsageError) -> Choice? {
    guard let text = last(name) else { return nil }
    guard let choice = Choice(rawValue: text) else {
      // The parser has checked the choices: only the table can be wrong here.
      throw UsageError("--\(name): '\(printable(text))' is not known here")
    }
    return choice
  }

  /// A text that is not empty; nil if the option was not given.
  func text(_ name: String) throws(UsageError) -> String? {
    guard let text = last(name) else { return nil }
    guard !text.isEmpty else { throw UsageError("--\(name): expected a value, found an empty one") }
    return text
  }

  /// Where results go; nil: to standard output.
  var outputPath: String? {
    get throws(UsageError) {
      let path = try text("output")
      return path == "-" ? nil : path
    }
  }
}

/// The ranges of numbers on the command line: what cannot be meant is refused.
enum Limit {
  static let count = 1...1_000_000_000
  static let depth = 1...1_000_000
  static let threads = 1...1024
  static let batchTokens = 1...16_777_216
  static let tokens = 8...131_072
  static let stride = 1...131_072
  static let repetitions = 1...1000
  static let cacheMegabytes = 1...1_000_000
}

/// Refuses to read standard input twice: there is nothing in it the second time.
func checkStandardInput(_ paths: [String]) throws(UsageError) {
  guard paths.count(where: { $0 == "-" }) <= 1 else {
    throw UsageError("expected standard input (-) once, found it twice")
  }
}
