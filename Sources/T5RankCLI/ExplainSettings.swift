/// What `--explain` asks for, checked.
struct ExplainSettings: Sendable {
  /// Where explanations go.
  enum Target: Sendable, Hashable {
    case page(path: String)
    /// Standard output, as text.
    case terminal
  }

  static let usualDocuments = 10
  static let usualWords = 100

  let target: Target
  let documentLimit: Int
  let wordLimit: Int
  /// The command line, as a shell would read it.
  let command: String

  /// - Returns: nil if no explanation was asked for.
  init?(
    _ parsed: ParsedArguments, format: OutputFormat, outputPath: String?
  ) throws(UsageError) {
    guard let path = try parsed.text("explain") else {
      for name in ["explain-top", "explain-words"] where parsed.has(name) {
        throw UsageError("--\(name): expected --explain beside it, found none")
      }
      return nil
    }
    target = path == "-" ? .terminal : .page(path: path)
    guard target == .page(path: path) || format == .table || outputPath != nil else {
      throw UsageError(
        "--explain: expected --format table or --output FILE where explanations go to standard "
          + "output, found --format \(format.rawValue)")
    }
    guard path != outputPath else {
      throw UsageError("--explain: expected another file than that of --output, found the same")
    }
    documentLimit =
      try parsed.number("explain-top", in: Limit.explainedDocuments) ?? Self.usualDocuments
    wordLimit = try parsed.number("explain-words", in: Limit.explainedWords) ?? Self.usualWords
    command = ([Version.program] + parsed.arguments.map(Self.quoted)).joined(separator: " ")
  }

  /// Whether rankings and explanations share standard output, so that rankings had better be tables.
  static func sharesOutput(_ parsed: ParsedArguments, outputPath: String?) -> Bool {
    parsed.last("explain") == "-" && outputPath == nil
  }

  private static func quoted(_ argument: String) -> String {
    let isPlain = argument.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "+")...UInt8(ascii: ":"), UInt8(ascii: "="), UInt8(ascii: "@"),
        UInt8(ascii: "_"):
        true
      default: false
      }
    }
    guard !isPlain || argument.isEmpty else { return argument }
    let parts = argument.split(separator: "'", omittingEmptySubsequences: false)
    return "'" + parts.joined(separator: #"'\''"#) + "'"
  }
}

extension Limit {
  /// More would take minutes, and nobody reads them.
  static let explainedDocuments = 1...100
  static let explainedWords = 1...1000
}
