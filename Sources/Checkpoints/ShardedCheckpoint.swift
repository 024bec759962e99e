import JSON

/// Several files that hold one model, listed by an index (`model.safetensors.index.json`,
/// `pytorch_model.bin.index.json`).
///
/// The index and the files must agree exactly: every tensor is in the file that the index names for
/// it, and in no other.
public struct ShardedCheckpoint: Checkpoint {
  /// The index's path.
  public let path: String
  /// Every tensor of every file, sorted by name.
  public var tensors: [StoredTensor] { whole.tensors }
  private let whole: JoinedCheckpoint

  /// Reads an index and the headers of all files it names, which lie beside it.
  ///
  /// - Throws: `CheckpointError`; tensors that are missing, unlisted or misplaced are named together.
  public init(
    indexPath: String, of format: WeightFormat = .safetensors
  ) throws(CheckpointError) {
    path = indexPath
    let placements = try Self.placements(indexPath, suffix: format.suffix)
    let directory = directoryName(of: indexPath)

    var shards: [any Checkpoint] = []
    var paths: [String] = []
    var listed: [[String]] = []
    var shardOfName: [String: Int] = [:]
    for (tensor, shard) in placements {
      if let position = shardOfName[shard] {
        listed[position].append(tensor)
      } else {
        shardOfName[shard] = shards.count
        paths.append(joinedPath(directory, shard))
        shards.append(try format.open(joinedPath(directory, shard)))
        listed.append([tensor])
      }
    }

    var problems: [String] = []
    for (position, shard) in shards.enumerated() {
      let found = Set(shard.tensors.map(\.name))
      for name in listed[position] where !found.contains(name) {
        problems.append("\(quoted(name)) is listed in \(paths[position]), but is not there")
      }
      let expected = Set(listed[position])
      for tensor in shard.tensors where !expected.contains(tensor.name) {
        problems.append(
          "\(quoted(tensor.name)) is in \(paths[position]), but is not listed there")
      }
    }
    guard problems.isEmpty else {
      let more = problems.count > 10 ? "; and \(problems.count - 10) more" : ""
      throw .malformed(
        path: indexPath,
        reason: "expected every tensor in exactly the file that the index names, found: "
          + problems.prefix(10).joined(separator: "; ") + more)
    }
    whole = try JoinedCheckpoint(shards, path: indexPath)
  }

  /// A tensor's numbers, as `Safetensors` and `PyTorchFile` give them.
  public func floats(of tensor: StoredTensor) throws(CheckpointError) -> FloatBuffer {
    try whole.floats(of: tensor)
  }

  /// Finds out whether a tensor's numbers can be read.
  public func check(_ tensor: StoredTensor) throws(CheckpointError) { try whole.check(tensor) }

  /// The numbers of an I8 tensor, as `Safetensors` gives them.
  public func bytes(of tensor: StoredTensor) throws(CheckpointError) -> ByteBuffer? {
    try whole.bytes(of: tensor)
  }

  /// The rows of a matrix of 16-bit floats, as `Safetensors` gives them.
  public func rows(of tensor: StoredTensor) throws(CheckpointError) -> StoredRows? {
    try whole.rows(of: tensor)
  }

  /// Tensor names and the names of their files, in the order of the index.
  private static func placements(_ path: String, suffix: String) throws(CheckpointError)
    -> [(tensor: String, shard: String)]
  {
    func malformed(_ reason: String) -> CheckpointError { .malformed(path: path, reason: reason) }
    let index = try readJSON(path, expected: "an index of weights")
    guard let weightMap = index["weight_map"] else {
      throw malformed("expected an object with weight_map, found none")
    }
    guard let members = weightMap.object else {
      throw malformed("weight_map: expected an object, found \(weightMap.kind)")
    }
    guard !members.isEmpty, members.count <= SafetensorsHeader.maximumTensors else {
      throw malformed(
        "weight_map: expected 1 to \(SafetensorsHeader.maximumTensors) tensors, "
          + "found \(members.count)")
    }
    var placements: [(tensor: String, shard: String)] = []
    var names = Set<String>(minimumCapacity: members.count)
    for (tensor, value) in members {
      guard let shard = value.string else {
        throw malformed(
          "weight_map: \(quoted(tensor)): expected a file name, found \(value.kind)")
      }
      // Plain names only: an index must not reach files outside its own directory. Looked at byte by
      // byte, as a slash and an accent after it are one character to Swift, but not to the system.
      let separators: [UInt8] = [0, UInt8(ascii: "/"), UInt8(ascii: "\\")]
      guard !shard.utf8.contains(where: separators.contains),
        shard.hasSuffix(suffix), shard.utf8.first != UInt8(ascii: ".")
      else {
        throw malformed(
          "weight_map: \(quoted(tensor)): expected the plain name of a \(suffix) file in the "
            + "same directory, found \(quoted(shard))")
      }
      guard names.insert(tensor).inserted else {
        throw malformed(
          "weight_map: \(quoted(tensor)): expected each name once, "
            + "found it again in another Unicode form")
      }
      placements.append((tensor, shard))
    }
    return placements
  }

  private static func readJSON(_ path: String, expected: String) throws(CheckpointError)
    -> JSONValue
  {
    let file = try MappedFile(path: path, expected: expected)
    guard file.bytes.count <= SafetensorsHeader.maximumHeaderBytes else {
      throw .malformed(
        path: path,
        reason: "expected at most \(SafetensorsHeader.maximumHeaderBytes) bytes, "
          + "found \(file.bytes.count)")
    }
    do {
      return try JSONValue(parsing: file.bytes)
    } catch {
      throw .malformed(path: path, reason: "\(error)")
    }
  }
}

/// The directory part of a path; "." for a plain name.
func directoryName(of path: String) -> String {
  guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
  return slash == path.startIndex ? "/" : String(path[..<slash])
}

func joinedPath(_ directory: String, _ name: String) -> String {
  directory.hasSuffix("/") ? directory + name : directory + "/" + name
}
