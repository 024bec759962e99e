import RankingFormats
import Support
import TrainingData

/// Everything that a source gives: examples, and what was refused in words.
func readAll(
  _ source: some TrainingSource
) throws -> (examples: [TrainingExample], refusals: [String]) {
  var source = source
  var examples: [TrainingExample] = []
  var refusals: [String] = []
  while let next = try source.next() {
    switch next {
    case .success(let example): examples.append(example)
    case .failure(let error): refusals.append(error.description)
    }
  }
  return (examples, refusals)
}

/// The examples of a file with this text.
func readText(_ text: String) throws -> (examples: [TrainingExample], refusals: [String]) {
  try TemporaryFolder.use { folder in
    let path = try folder.write(text, to: "train.jsonl")
    let (examples, refusals) = try readAll(TrainingReader(paths: [path]))
    return (examples, refusals.map { String($0.dropFirst(folder.path.count + 1)) })
  }
}
