import Checkpoints
import RankingFormats
import Training
import TrainingData

/// The examples of a training's files, each file read once.
struct TrainingFiles {
  private let console: Console
  private let isQuiet: Bool
  private var known: [String: [TrainingExample]] = [:]
  /// By path.
  private(set) var hashes: [String: String] = [:]

  init(_ console: Console, isQuiet: Bool) {
    self.console = console
    self.isQuiet = isQuiet
  }

  /// - Throws: `FormatError` for a line that cannot be learnt from: silence would change the result.
  mutating func examples(_ paths: [String]) throws -> [TrainingExample] {
    var all: [TrainingExample] = []
    for path in paths { all += try examples(path) }
    return all
  }

  private mutating func examples(_ path: String) throws -> [TrainingExample] {
    if let examples = known[path] { return examples }
    var reader = TrainingReader(paths: [path])
    var examples: [TrainingExample] = []
    while let next = try reader.next() {
      examples.append(try next.get())
      if examples.count.isMultiple(of: 1024), !isQuiet {
        console.progress("\(path) · \(grouped(examples.count)) examples")
      }
    }
    guard !examples.isEmpty else {
      throw TrainingError.unusableData(
        path: path, reason: "expected at least one example, found none")
    }
    known[path] = examples
    hashes[path] = try TrainingIdentity.hash(ofFile: path)
    return examples
  }
}
