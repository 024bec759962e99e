public import Checkpoints
public import Reranking

private import FoundationEssentials

#if canImport(Glibc)
  private import Glibc
#else
  private import Darwin
#endif

/// The directory that a training writes: a model in the Hugging Face layout, and the training's state.
public struct TrainingOutput: Sendable {
  /// The directory.
  public let path: String

  /// Names a directory, which need not exist.
  public init(path: String) { self.path = path }

  /// The file of the training's state.
  public var statePath: String { "\(path)/\(TrainingState.fileName)" }

  /// Whether a training can go on here.
  ///
  /// - Returns: false where nothing was saved yet: whoever resumes loses nothing by beginning anew.
  /// - Throws: `TrainingError.stateMissing` where there are weights without a state.
  public func hasState() throws(TrainingError) -> Bool {
    if FileManager.default.fileExists(atPath: statePath) { return true }
    guard FileManager.default.fileExists(atPath: weightsPath) else { return false }
    throw .stateMissing(path: statePath)
  }

  private var weightsPath: String { "\(path)/\(Self.weightsName)" }
  private static let weightsName = "model.safetensors"

  /// Makes the directory, and removes from it what a killed training left unfinished.
  ///
  /// - Throws: `TrainingError.unwritable`, also for the directory of the model that the training begins with,
  ///   whose weights would be lost at the first validation.
  public func prepare(besideModelAt model: String) throws(TrainingError) {
    let (mine, theirs) = (resolved(path), resolved(model))
    guard mine == nil || mine != theirs else {
      throw .unwritable(
        path: path,
        reason: "expected another directory than that of the model which the training begins with")
    }
    try makeDirectory()
    for name in (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    where Self.isUnfinished(name) {
      try? FileManager.default.removeItem(atPath: "\(path)/\(name)")
    }
  }

  /// Whether a name is that of a file which a write had not yet replaced: the file's own, digits or letters, `tmp`.
  private static func isUnfinished(_ name: String) -> Bool {
    guard name.hasSuffix(".tmp"), let point = name.dropLast(4).lastIndex(of: ".") else {
      return false
    }
    let own = [TrainingState.fileName, weightsName, "README.md", "recipe.json"]
    return (own + ModelDirectoryWriter.fileNames).contains(String(name[..<point]))
  }

  /// The path without symbolic links; nil if there is nothing.
  private func resolved(_ path: String) -> String? {
    guard let found = realpath(path, nil) else { return nil }
    defer { free(found) }
    return String(cString: found)
  }

  func makeDirectory() throws(TrainingError) {
    do {
      try FileManager.default.createDirectory(
        atPath: path, withIntermediateDirectories: true)
    } catch {
      throw .unwritable(path: path, reason: "expected a directory, or none yet")
    }
  }

  /// Writes weights and whatever else their model needs; each file is replaced whole, the weights last.
  ///
  /// - Parameters:
  ///   - snapshot: The weights.
  ///   - directory: The model that they began as.
  ///   - type: F32, F16 or BF16.
  public func write(
    _ snapshot: WeightSnapshot, like directory: ModelDirectory, as type: ScalarType
  ) throws {
    try makeDirectory()
    let files = ModelDirectoryWriter(directory)
    try files.writeCompanions(to: path)
    try files.writeConfiguration(to: path, as: type)
    var writer = SafetensorsWriter()
    for tensor in snapshot.tensors {
      writer.add(tensor.name, shape: tensor.shape, try snapshot.floats(of: tensor), as: type)
    }
    try writer.write(to: weightsPath)
  }
}
