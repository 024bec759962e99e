/// One safetensors file, memory-mapped.
///
/// Opening reads the header only, and checks whatever it says before it is used: see
/// `SafetensorsHeader`. Little-endian machines only, as the format is little-endian.
public struct Safetensors: Checkpoint {
  /// The path that was opened.
  public let path: String
  /// Every tensor, sorted by name.
  public let tensors: [StoredTensor]
  /// The header's `__metadata__`, in the order written.
  public let metadata: [(key: String, value: String)]
  private let file: MappedFile
  private let entries: [String: SafetensorsHeader.Entry]

  /// Maps a file and checks its header.
  ///
  /// - Throws: `CheckpointError` that names the tensor and the place in the file.
  public init(path: String) throws(CheckpointError) {
    file = try MappedFile(path: path, expected: "a safetensors file")
    let header = try SafetensorsHeader(of: file)
    self.path = path
    metadata = header.metadata
    tensors = header.entries.map(\.tensor).sorted { $0.name < $1.name }
    // The header's check found every name once.
    entries = Dictionary(
      header.entries.map { ($0.tensor.name, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// A tensor's numbers; aligned F32 is the mapped file itself, the rest a converted copy.
  ///
  /// F64 is rounded to the nearest `Float`.
  ///
  /// - Throws: `noSuchTensor` unless the tensor is one of `tensors`; `unsupportedScalar` for integers
  ///   and Booleans.
  public func floats(of tensor: StoredTensor) throws(CheckpointError) -> FloatBuffer {
    let bytes = try stored(tensor)
    guard let floats = ScalarLayout(contiguous: tensor).floats(in: bytes, of: file) else {
      throw .unsupportedScalar(
        path: path, tensor: tensor.name, found: tensor.scalarType.rawValue)
    }
    return floats
  }

  /// The numbers of an I8 tensor, in the mapped file; nil for a tensor of another type.
  ///
  /// - Throws: `noSuchTensor` unless the tensor is one of `tensors`.
  public func bytes(of tensor: StoredTensor) throws(CheckpointError) -> ByteBuffer? {
    let bytes = try stored(tensor)
    return tensor.scalarType == .int8 ? ByteBuffer(bytes, of: file) : nil
  }

  /// The rows of a matrix of 16-bit floats, in the mapped file; nil for any other tensor.
  ///
  /// - Throws: `noSuchTensor` unless the tensor is one of `tensors`.
  public func rows(of tensor: StoredTensor) throws(CheckpointError) -> StoredRows? {
    StoredRows(tensor, try stored(tensor), of: file)
  }

  private func stored(_ tensor: StoredTensor) throws(CheckpointError) -> UnsafeRawBufferPointer {
    guard let entry = entries[tensor.name], entry.tensor == tensor else {
      throw .noSuchTensor(path: path, tensor: tensor.name)
    }
    // In bounds: the header's check found the range inside the file.
    return UnsafeRawBufferPointer(rebasing: file.bytes[entry.bytes])
  }
}
