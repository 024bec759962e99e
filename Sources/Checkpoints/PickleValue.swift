/// A value that an unpickler makes: a number or the place of something larger in its store.
///
/// Values hold no values themselves, so that none can be nested too deep to be released, or contain
/// itself.
enum PickleValue: Hashable {
  case none
  case flag(Bool)
  case integer(Int)
  /// UTF-8 at these places of the pickle.
  case text(start: Int32, count: Int32)
  /// Elements at these places of the store.
  case tuple(start: Int32, count: Int32)
  /// What it holds is never looked at.
  case list
  case dictionary(Int32)
  case global(PickleGlobal)
  case storage(Int32)
  case tensor(Int32)

  /// What it is, for messages.
  var kind: String {
    switch self {
    case .none: "None"
    case .flag: "a Boolean"
    case .integer: "an integer"
    case .text: "a text"
    case .tuple: "a tuple"
    case .list: "a list"
    case .dictionary: "a dictionary"
    case .global(let global): global.name
    case .storage: "a storage"
    case .tensor: "a tensor"
    }
  }
}

/// What a checkpoint may name of Python: nothing else is ever looked up, and none of it is run.
enum PickleGlobal: Hashable {
  case orderedDictionary
  /// Makes a tensor of a storage of numbers.
  case rebuildTensor
  /// Makes a tensor of a storage of bytes and the type of its numbers.
  case rebuildTypedTensor
  case rebuildParameter
  /// Numbers of a type; nil: bytes.
  case storage(ScalarType?)
  case scalarType(ScalarType)

  private static let storages: [String: ScalarType] = [
    "DoubleStorage": .float64, "FloatStorage": .float32, "HalfStorage": .float16,
    "BFloat16Storage": .bfloat16, "LongStorage": .int64, "IntStorage": .int32,
    "ShortStorage": .int16, "CharStorage": .int8, "ByteStorage": .uint8, "BoolStorage": .bool,
  ]

  private static let scalarTypes: [String: ScalarType] = [
    "float64": .float64, "float32": .float32, "float16": .float16, "bfloat16": .bfloat16,
    "int64": .int64, "int32": .int32, "int16": .int16, "int8": .int8, "uint64": .uint64,
    "uint32": .uint32, "uint16": .uint16, "uint8": .uint8, "bool": .bool,
  ]

  /// The global of a module; nil for all that is not listed.
  init?(module: String, name: String) {
    switch (module, name) {
    case ("collections", "OrderedDict"): self = .orderedDictionary
    case ("torch._utils", "_rebuild_tensor_v2"): self = .rebuildTensor
    case ("torch._utils", "_rebuild_tensor_v3"): self = .rebuildTypedTensor
    case ("torch._utils", "_rebuild_parameter"): self = .rebuildParameter
    case ("torch.storage", "UntypedStorage"): self = .storage(nil)
    case ("torch", _):
      if let type = Self.storages[name] {
        self = .storage(type)
      } else if let type = Self.scalarTypes[name] {
        self = .scalarType(type)
      } else {
        return nil
      }
    default: return nil
    }
  }

  /// What it is, for messages.
  var name: String {
    switch self {
    case .orderedDictionary: "OrderedDict"
    case .rebuildTensor: "_rebuild_tensor_v2"
    case .rebuildTypedTensor: "_rebuild_tensor_v3"
    case .rebuildParameter: "_rebuild_parameter"
    case .storage(let type): type.map { "a \($0.rawValue) storage" } ?? "UntypedStorage"
    case .scalarType(let type): "the type \(type.rawValue)"
    }
  }
}
