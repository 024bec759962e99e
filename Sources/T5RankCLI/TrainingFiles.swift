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

  /// Queries without a relevant document, and lines with an empty text, are left out, and counted in a note.
  ///
  /// - Throws: `FormatError` for a line that cannot be read: the result would be another.
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
    var leftOut: (count: Int, first: FormatError)?
    while let next = try reader.next() {
      switch next {
      case .success(let example): examples.append(example)
      case .failure(let error) where error.kind == .empty:
        leftOut = ((leftOut?.count ?? 0) + 1, leftOut?.first ?? error)
        continue
      case .failure(let error): throw error
      }
      if examples.count.isMultiple(of: 1024), !isQuiet {
        console.progress("\(name) · \(grouped(examples.count)) examples")
      }
    }
    guard !examples.isEmpty else {
      if let leftOut { throw leftOut.first }
      throw TrainingError.unusableData(
        path: name, reason: "expected at least one example, found none")
    }
    if let leftOut, !isQuiet {
      console.note(
        "\(counted(leftOut.count, "example", "examples")) left out, the first: \(leftOut.first)")
    }
    if !isQuiet { console.noteReplacedBytes(reader.replacedBytes, in: name, hint: nil) }
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
