import RankingFormats
import Training
import TrainingData

/// The examples of a training's sources, each read once.
struct TrainingFiles {
  private let console: Console
  private let isQuiet: Bool
  private var known: [TrainingDataSource: [TrainingExample]] = [:]
  /// SHA-256 by path.
  private(set) var hashes: [String: String] = [:]

  init(_ console: Console, isQuiet: Bool) {
    self.console = console
    self.isQuiet = isQuiet
  }

  /// - Throws: `FormatError` for a line that cannot be learnt from: silence would change the result.
  mutating func examples(_ sources: [TrainingDataSource]) throws -> [TrainingExample] {
    var all: [TrainingExample] = []
    for source in sources { all += try examples(source) }
    return all
  }

  private mutating func examples(_ source: TrainingDataSource) throws -> [TrainingExample] {
    if let examples = known[source] { return examples }
    let name = source.paths.first ?? ""
    var refused: FormatError?
    var reader = try source.open { refused = refused ?? $0 }
    if let refused { throw refused }
    var examples: [TrainingExample] = []
    while let next = try reader.next() {
      examples.append(try next.get())
      if examples.count.isMultiple(of: 1024), !isQuiet {
        console.progress("\(name) · \(grouped(examples.count)) examples")
      }
    }
    guard !examples.isEmpty else {
      throw TrainingError.unusableData(
        path: name, reason: "expected at least one example, found none")
    }
    if reader.replacedBytes > 0, !isQuiet {
      console.note(
        "\(name): \(counted(reader.replacedBytes, "byte was", "bytes were")) not UTF-8 and became U+FFFD"
      )
    }
    known[source] = examples
    for path in source.paths { hashes[path] = try hash(of: path) }
    return examples
  }

  /// A BEIR folder is what is read of it.
  private func hash(of path: String) throws -> String {
    guard InputFiles.isDirectory(path) else { return try TrainingIdentity.hash(ofFile: path) }
    let files = [BEIRFolder.queries(at: path), BEIRFolder.corpus(at: path)]
    return try files.map(TrainingIdentity.hash(ofFile:)).joined(separator: " + ")
  }
}
