/// How a tensor's numbers are stored.
public enum ScalarType: String, Sendable, Hashable {
  case float64 = "F64"
  case float32 = "F32"
  case float16 = "F16"
  case bfloat16 = "BF16"
  case int64 = "I64"
  case int32 = "I32"
  case int16 = "I16"
  case int8 = "I8"
  case uint64 = "U64"
  case uint32 = "U32"
  case uint16 = "U16"
  case uint8 = "U8"
  case bool = "BOOL"

  /// Bytes of one number.
  public var byteCount: Int {
    switch self {
    case .float64, .int64, .uint64: 8
    case .float32, .int32, .uint32: 4
    case .float16, .bfloat16, .int16, .uint16: 2
    case .int8, .uint8, .bool: 1
    }
  }
}

/// A named tensor of a checkpoint, row-major.
public struct StoredTensor: Sendable, Hashable {
  /// As in the file; no two tensors of a checkpoint share it.
  public let name: String
  /// Row-major; empty for a single number.
  public let shape: [Int]
  /// How the numbers are stored in the file.
  public let scalarType: ScalarType
  /// The product of `shape`, checked not to overflow when the file was read.
  public let count: Int

  /// A description of a tensor, as its checkpoint gives it.
  public init(name: String, shape: [Int], scalarType: ScalarType, count: Int) {
    self.name = name
    self.shape = shape
    self.scalarType = scalarType
    self.count = count
  }
}

/// Named tensors in a file or in several.
public protocol Checkpoint: Sendable {
  /// Every tensor, sorted by name.
  var tensors: [StoredTensor] { get }

  /// A tensor's numbers as 32-bit floats: the mapped file itself for aligned F32, else a converted copy.
  ///
  /// Throws for integer and Boolean tensors, and for a tensor that this checkpoint does not hold.
  func floats(of tensor: StoredTensor) throws(CheckpointError) -> FloatBuffer

  /// Finds out whether a tensor's numbers can be read, where that needs their bytes: reading them later does not
  /// fail then.
  func check(_ tensor: StoredTensor) throws(CheckpointError)

  /// The numbers of an I8 tensor, in the mapped file; nil for a tensor of another type, and for a checkpoint
  /// from which no bytes are read.
  ///
  /// Throws for a tensor that this checkpoint does not hold.
  func bytes(of tensor: StoredTensor) throws(CheckpointError) -> ByteBuffer?

  /// The rows of a matrix of 16-bit floats, in the mapped file; nil for any other tensor, and for a checkpoint
  /// from which no rows are read.
  ///
  /// Throws for a tensor that this checkpoint does not hold.
  func rows(of tensor: StoredTensor) throws(CheckpointError) -> StoredRows?
}

extension Checkpoint {
  /// Its tensors can be read.
  public func check(_ tensor: StoredTensor) throws(CheckpointError) {}

  /// No bytes are read from it.
  public func bytes(of tensor: StoredTensor) throws(CheckpointError) -> ByteBuffer? { nil }

  /// No rows are read from it.
  public func rows(of tensor: StoredTensor) throws(CheckpointError) -> StoredRows? { nil }
}
