/// One file that `torch.save` wrote of a state dictionary (`pytorch_model.bin`), memory-mapped.
///
/// Its pickle is read by `Unpickler`, which runs nothing and knows only what such files need; there is
/// no other way to read it. The first reading of a tensor compares its storage's checksum. Little-endian machines
/// and files only.
public struct PyTorchFile: Checkpoint {
  /// The path that was opened.
  public let path: String
  /// Every tensor, sorted by name.
  public let tensors: [StoredTensor]
  private let archive: ZipArchive
  private let root: String
  private let found: [String: PyTorchTensor]

  /// Maps a file and checks all that it says of its tensors.
  ///
  /// - Throws: `CheckpointError`; a file of PyTorch before 1.6, which is no zip archive, is refused
  ///   with what converts it.
  public init(path: String) throws(CheckpointError) {
    let file = try MappedFile(path: path, expected: "a PyTorch file")
    try Self.checkKind(of: file)
    let archive = try ZipArchive(file)
    let root = try Self.root(of: archive)
    try Self.checkVersions(archive, root)
    guard let pickle = archive[root + "data.pkl"] else {
      throw .malformed(path: path, reason: "expected data.pkl in the archive, found none")
    }
    let bytes = try archive.contents(of: pickle)
    let named: [(name: String, tensor: PyTorchTensor)]
    do throws(PickleError) {
      named = try Unpickler.tensors(in: bytes) {
        archive[Self.name(ofStorage: $0, root)]?.bytes.count
      }
    } catch {
      throw .malformed(path: path, reason: "data.pkl, byte \(error.offset): \(error.reason)")
    }
    self.path = path
    self.archive = archive
    self.root = root
    // The unpickler found every name once.
    found = Dictionary(
      named.map { ($0.name, $0.tensor) }, uniquingKeysWith: { first, _ in first })
    tensors = named.map { $0.tensor.described(as: $0.name) }.sorted { $0.name < $1.name }
  }

  /// A tensor's numbers, row-major; aligned F32 in order is the mapped file itself, the rest a copy.
  ///
  /// F64 is rounded to the nearest `Float`.
  ///
  /// - Throws: `noSuchTensor` unless the tensor is one of `tensors`; `unsupportedScalar` for integers
  ///   and Booleans; `malformed` where the storage's checksum is another.
  public func floats(of tensor: StoredTensor) throws(CheckpointError) -> FloatBuffer {
    let (place, entry) = try place(of: tensor)
    // In bounds: the unpickler found all numbers inside the storage, and that as long as its file.
    let layout = ScalarLayout(tensor, offset: place.offset, strides: place.strides)
    guard let floats = layout.floats(in: try archive.contents(of: entry), of: archive.file) else {
      throw .unsupportedScalar(
        path: path, tensor: tensor.name, found: tensor.scalarType.rawValue)
    }
    return floats
  }

  /// Compares the checksum of a tensor's storage.
  ///
  /// - Throws: As `floats(of:)` does.
  public func check(_ tensor: StoredTensor) throws(CheckpointError) {
    _ = try archive.contents(of: place(of: tensor).entry)
  }

  private func place(
    of tensor: StoredTensor
  ) throws(CheckpointError) -> (place: PyTorchTensor, entry: ZipArchive.Entry) {
    guard let place = found[tensor.name], place.described(as: tensor.name) == tensor,
      let entry = archive[Self.name(ofStorage: place.key, root)]
    else { throw .noSuchTensor(path: path, tensor: tensor.name) }
    return (place, entry)
  }

  private static func name(ofStorage key: String, _ root: String) -> String {
    "\(root)data/\(key)"
  }

  // MARK: Checks

  private static func checkKind(of file: MappedFile) throws(CheckpointError) {
    let zip: [UInt8] = [0x50, 0x4B, 0x03, 0x04]
    guard !file.bytes.starts(with: zip) else { return }
    // PyTorch before 1.6 began with a pickled number, and before 0.1.10 with a tar archive.
    let isOld =
      file.bytes.starts(with: [0x80, 0x02, 0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46])
      || file.bytes.dropFirst(257).starts(with: "ustar".utf8)
    let reason =
      isOld
      ? "expected a zip archive, as torch.save has written since PyTorch 1.6, found its older "
        + "format; in Python, torch.save(torch.load(path, weights_only=True), path) converts it"
      : "expected a zip archive, as torch.save writes it, found something else"
    throw .malformed(path: file.path, reason: reason)
  }

  /// The folder that all files of the archive are in, with its slash.
  private static func root(of archive: ZipArchive) throws(CheckpointError) -> String {
    var root: String?
    for name in archive.names {
      guard let slash = name.utf8.firstIndex(of: UInt8(ascii: "/")) else {
        throw .malformed(
          path: archive.file.path,
          reason: "expected every file in one folder, found \(quoted(name)) in none")
      }
      let folder = String(name[...slash])
      guard folder == root ?? folder else {
        throw .malformed(
          path: archive.file.path,
          reason: "expected every file in one folder, found \(quoted(root ?? "")) "
            + "and \(quoted(folder))")
      }
      root = folder
    }
    return root ?? ""
  }

  private static func checkVersions(
    _ archive: ZipArchive, _ root: String
  ) throws(CheckpointError) {
    // caffe2/serialize/versions.h: kMinSupportedFileFormatVersion to kMaxSupportedFileFormatVersion.
    let versions = (1...10).map(String.init)
    for (name, expected, isRequired) in [
      ("version", versions, true), (".format_version", ["1"], false),
      ("byteorder", ["little"], false),
    ] {
      guard let entry = archive[root + name] else {
        guard isRequired else { continue }
        throw .malformed(
          path: archive.file.path, reason: "expected \(name) in the archive, found none")
      }
      let text =
        entry.bytes.count <= 64
        ? String(decoding: try archive.contents(of: entry), as: UTF8.self) : "a long text"
      let word = text.hasSuffix("\n") ? String(text.dropLast()) : text
      guard expected.contains(word) else {
        throw .malformed(
          path: archive.file.path,
          reason: "\(name): expected \(expected.count == 1 ? expected[0] : "1 to 10"), "
            + "found \(quoted(word))")
      }
    }
  }
}
