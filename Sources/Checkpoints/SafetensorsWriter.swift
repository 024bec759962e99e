import JSON

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Collects tensors and writes them as one safetensors file.
public struct SafetensorsWriter {
  private struct Item {
    let name: String
    let shape: [Int]
    let scalarType: ScalarType
    let values: Values

    var byteCount: Int { values.count * scalarType.byteCount }
  }

  private enum Values {
    case floats(FloatBuffer)
    case bytes([Int8])

    var count: Int {
      switch self {
      case .floats(let values): values.count
      case .bytes(let values): values.count
      }
    }
  }

  private let metadata: [String: String]
  private var items: [Item] = []

  /// - Parameter metadata: The header's `__metadata__`; Hugging Face's loaders ask for the default.
  public init(metadata: [String: String] = ["format": "pt"]) {
    self.metadata = metadata
  }

  /// Adds a tensor, row-major.
  ///
  /// - Parameters:
  ///   - name: Not added before, and not `__metadata__`, or this traps.
  ///   - shape: Its product is the number of values, or this traps.
  ///   - scalarType: F32, F16 or BF16, or this traps. Values are rounded to the nearest, ties to even;
  ///     beyond F16's range they become infinite.
  public mutating func add(
    _ name: String, shape: [Int], _ values: FloatBuffer, as scalarType: ScalarType = .float32
  ) {
    precondition(
      [.float32, .float16, .bfloat16].contains(scalarType), "\(name): written as F32, F16 or BF16")
    add(Item(name: name, shape: shape, scalarType: scalarType, values: .floats(values)))
  }

  /// Adds a tensor of bytes, I8, under the conditions of the method for float buffers.
  public mutating func add(_ name: String, shape: [Int], bytes: [Int8]) {
    add(Item(name: name, shape: shape, scalarType: .int8, values: .bytes(bytes)))
  }

  private mutating func add(_ item: Item) {
    let (name, shape, values) = (item.name, item.shape, item.values)
    precondition(shape.allSatisfy { $0 >= 0 }, "\(name): a dimension is negative")
    precondition(shape.reduce(1, *) == values.count, "\(name): the shape must fit the values")
    precondition(
      name != "__metadata__" && !items.contains { $0.name == name }, "\(name): a name is added once"
    )
    items.append(item)
  }

  /// Adds a tensor, as the method for float buffers does.
  public mutating func add(
    _ name: String, shape: [Int], _ values: [Float], as scalarType: ScalarType = .float32
  ) {
    let buffer = FloatBuffer(count: values.count) { _ = $0.initialize(from: values) }
    add(name, shape: shape, buffer, as: scalarType)
  }

  /// Writes the file under a temporary name in the same directory, then renames it: whoever looks
  /// sees the old file or the whole new one.
  ///
  /// - Parameter shouldStop: Asked before each tensor.
  /// - Returns: Whether the file was written: false, and nothing is left behind, if it was to stop.
  /// - Throws: `CheckpointError.unwritable`; nothing is left behind then.
  @discardableResult
  public func write(
    to path: String, shouldStop: () -> Bool = { false }
  ) throws(CheckpointError) -> Bool {
    // Wide numbers first keeps every tensor aligned; names within that make the file reproducible.
    let ordered = items.sorted {
      ($1.scalarType.byteCount, $0.name) < ($0.scalarType.byteCount, $1.name)
    }
    let file = try AtomicFile(path: path)
    try file.write(header(of: ordered))
    for item in ordered {
      if shouldStop() { return false }
      try write(item, to: file)
    }
    try file.commit()
    return true
  }

  private func header(of items: [Item]) -> [UInt8] {
    var members = JSONObject()
    if !metadata.isEmpty {
      let strings = metadata.sorted { $0.key < $1.key }.map {
        (key: $0.key, value: JSONValue($0.value))
      }
      members["__metadata__"] = .object(JSONObject(strings))
    }
    var offset = 0
    for item in items {
      members[item.name] = [
        "dtype": .string(item.scalarType.rawValue),
        "shape": .array(item.shape.map { JSONValue($0) }),
        "data_offsets": [JSONValue(offset), JSONValue(offset + item.byteCount)],
      ]
      offset += item.byteCount
    }
    var json = JSONValue(members).serializedBytes()
    // The data starts 8-aligned, as the library writes it.
    json.append(contentsOf: repeatElement(UInt8(ascii: " "), count: (8 - json.count % 8) % 8))
    return withUnsafeBytes(of: UInt64(json.count).littleEndian) { Array($0) } + json
  }

  private func write(_ item: Item, to file: AtomicFile) throws(CheckpointError) {
    let floats: FloatBuffer
    switch item.values {
    case .floats(let values): floats = values
    case .bytes(let values):
      return try values.withUnsafeBufferPointer { bytes throws(CheckpointError) in
        try file.write(UnsafeRawBufferPointer(bytes))
      }
    }
    let values = UnsafeBufferPointer(start: floats.pointer, count: floats.count)
    switch item.scalarType {
    case .float32: try file.write(UnsafeRawBufferPointer(values))
    default:
      let chunk = 1 << 16
      for start in stride(from: 0, to: values.count, by: chunk) {
        let part = values[start..<min(start + chunk, values.count)]
        let halves = part.map {
          (item.scalarType == .float16 ? $0.float16Bits : $0.bfloat16Bits).littleEndian
        }
        try halves.withUnsafeBufferPointer { halves throws(CheckpointError) in
          try file.write(UnsafeRawBufferPointer(halves))
        }
      }
    }
  }
}
