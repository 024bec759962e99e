/// Reads the pickle in a PyTorch file: names, and where each tensor's numbers are.
///
/// A list of what is allowed, not of what is forbidden. Only the operations that `torch.save` writes
/// for a state dictionary are known, only the globals of `PickleGlobal` may be named, and nothing of
/// Python is run: a call of a global makes one of the values of this file, or is refused. Memory is
/// bounded by the pickle's size, and nothing recurses.
///
/// Source: Python's pickletools.py; torch/serialization.py and torch/_utils.py of PyTorch 2.13.
struct Unpickler {
  static let maximumByteCount = SafetensorsHeader.maximumHeaderBytes
  /// Python's pickler pushes a dictionary's members in batches of 1,000.
  static let maximumStackCount = 1 << 16
  static let maximumMemoCount = 1 << 22
  static let maximumElementCount = 1 << 22

  private var reader: PickleReader
  let storageSize: (_ key: String) -> Int?
  private var stack: [PickleValue] = []
  /// Stack heights at marks that no operation has taken yet.
  private var marks: [Int] = []
  private var memo: [PickleValue] = []
  private var elements: [PickleValue] = []
  /// Keys are texts; each is read once it is asked for, as a pickle may name one text very often.
  private(set) var dictionaries: [[(key: PickleValue, value: PickleValue)]] = []
  var storages: [PyTorchStorage] = []
  var tensors: [PyTorchTensor] = []

  /// Reads the tensors of a pickled state dictionary, in its order.
  ///
  /// - Parameter storageSize: How many bytes the archive has of a storage; nil where it has none.
  static func tensors(
    in bytes: UnsafeRawBufferPointer, storageSize: @escaping (_ key: String) -> Int?
  ) throws(PickleError) -> [(name: String, tensor: PyTorchTensor)] {
    guard bytes.count <= maximumByteCount else {
      throw PickleError(
        reason: "expected at most \(maximumByteCount) bytes, found \(bytes.count)", offset: 0)
    }
    var unpickler = Unpickler(bytes: bytes, storageSize: storageSize)
    let state = try unpickler.run()
    return try unpickler.stateDictionary(state)
  }

  private init(
    bytes: UnsafeRawBufferPointer, storageSize: @escaping (_ key: String) -> Int?
  ) {
    reader = PickleReader(bytes)
    self.storageSize = storageSize
  }

  /// - Returns: The value that the pickle is of.
  private mutating func run() throws(PickleError) -> PickleValue {
    while true {
      let code = try reader.operationCode()
      if code == UInt8(ascii: ".") { break }
      try execute(code)
    }
    guard reader.rest == 0 else {
      throw failure("expected the end of the pickle after STOP, found \(reader.rest) bytes more")
    }
    guard stack.count == 1, marks.isEmpty else {
      throw failure("expected one value at the end, found \(stack.count)")
    }
    return stack[0]
  }

  private func stateDictionary(
    _ value: PickleValue
  ) throws(PickleError) -> [(name: String, tensor: PyTorchTensor)] {
    guard case .dictionary(let index) = value else {
      throw failure("expected a dictionary of tensors, found \(value.kind)")
    }
    var found: [(name: String, tensor: PyTorchTensor)] = []
    var names = Set<String>()
    for (text, value) in dictionaries[Int(index)] {
      let key = try string(text)
      guard case .tensor(let index) = value else {
        throw failure("\(quoted(key)): expected a tensor, found \(value.kind)")
      }
      guard names.insert(key).inserted else {
        throw failure("\(quoted(key)): expected each name once, found it again")
      }
      found.append((key, tensors[Int(index)]))
    }
    return found
  }

  // MARK: Operations

  /// Codes and names as in pickletools.py.
  private mutating func execute(_ code: UInt8) throws(PickleError) {
    switch code {
    case 0x80:  // PROTO
      let version = try reader.byte()
      guard reader.operation == 0, (2...5).contains(version) else {
        throw failure("expected protocol 2 to 5 at the start, found \(version)")
      }
    case 0x95:  // FRAME
      let length = try reader.number(8)
      guard length <= reader.rest else {
        throw failure("expected a frame within the pickle, found one of \(length) bytes")
      }
    case UInt8(ascii: "N"): try push(.none)
    case 0x88: try push(.flag(true))
    case 0x89: try push(.flag(false))
    case UInt8(ascii: "K"): try push(.integer(try reader.number(1)))
    case UInt8(ascii: "M"): try push(.integer(try reader.number(2)))
    case UInt8(ascii: "J"):
      try push(.integer(Int(Int32(truncatingIfNeeded: try reader.number(4)))))
    case 0x8A: try push(.integer(try reader.longInteger()))
    case 0x8C: try push(try reader.text(countOf: 1))
    case UInt8(ascii: "X"): try push(try reader.text(countOf: 4))
    case 0x8D: try push(try reader.text(countOf: 8))
    case UInt8(ascii: "("):
      guard marks.count < Self.maximumStackCount else { throw failure("too many marks") }
      marks.append(stack.count)
    case UInt8(ascii: ")"): try pushTuple(of: 0)
    case 0x85: try pushTuple(of: 1)
    case 0x86: try pushTuple(of: 2)
    case 0x87: try pushTuple(of: 3)
    case UInt8(ascii: "t"): try pushTuple(of: stack.count - (try takeMark()))
    case UInt8(ascii: "]"): try push(.list)
    case UInt8(ascii: "a"):
      _ = try pop()
      try checkList()
    case UInt8(ascii: "e"):
      stack.removeSubrange(try takeMark()...)
      try checkList()
    case UInt8(ascii: "}"): try pushDictionary()
    case UInt8(ascii: "s"): try setItems(from: stack.count - 2)
    case UInt8(ascii: "u"): try setItems(from: try takeMark())
    case UInt8(ascii: "q"): try remember(at: try reader.number(1))
    case UInt8(ascii: "r"): try remember(at: try reader.number(4))
    case 0x94: try remember(at: memo.count)
    case UInt8(ascii: "h"): try push(try remembered(try reader.number(1)))
    case UInt8(ascii: "j"): try push(try remembered(try reader.number(4)))
    case UInt8(ascii: "c"):
      let module = try reader.line()
      try pushGlobal(module, try reader.line())
    case 0x93:
      let name = try popText()
      try pushGlobal(try popText(), name)
    case UInt8(ascii: "R"): try call()
    case UInt8(ascii: "b"): try setState()
    case UInt8(ascii: "Q"): try pushStorage()
    default:
      let hexadecimal = String(code, radix: 16, uppercase: true)
      throw failure(
        "expected an operation of a state dictionary, found 0x\(hexadecimal)"
          + (code > 0x20 && code < 0x7F ? " '\(Character(Unicode.Scalar(code)))'" : ""))
    }
  }

  private mutating func pushTuple(of count: Int) throws(PickleError) {
    let values = try pop(count)
    guard elements.count + count <= Self.maximumElementCount else {
      throw failure("expected at most \(Self.maximumElementCount) elements of tuples, found more")
    }
    let start = Int32(elements.count)
    elements += values
    try push(.tuple(start: start, count: Int32(count)))
  }

  mutating func pushDictionary() throws(PickleError) {
    guard dictionaries.count < Self.maximumMemoCount else {
      throw failure("expected at most \(Self.maximumMemoCount) dictionaries, found more")
    }
    dictionaries.append([])
    try push(.dictionary(Int32(dictionaries.count - 1)))
  }

  /// Takes keys and values in turn from a height of the stack on, into the dictionary below them.
  private mutating func setItems(from height: Int) throws(PickleError) {
    guard height >= max(marks.last ?? 0, 0), (stack.count - height).isMultiple(of: 2) else {
      throw failure("expected keys and values, found \(stack.count - max(height, 0)) values")
    }
    let values = try pop(stack.count - height)
    guard case .dictionary(let index) = try top() else {
      throw failure("expected a dictionary to set members of, found \(try top().kind)")
    }
    for pair in stride(from: 0, to: values.count, by: 2) {
      guard case .text = values[pair] else {
        throw failure("expected texts as a dictionary's keys, found \(values[pair].kind)")
      }
      dictionaries[Int(index)].append((values[pair], values[pair + 1]))
    }
  }

  private func checkList() throws(PickleError) {
    guard case .list = try top() else {
      throw failure("expected a list to append to, found \(try top().kind)")
    }
  }

  private mutating func pushGlobal(_ module: String, _ name: String) throws(PickleError) {
    guard let global = PickleGlobal(module: module, name: name) else {
      throw failure(
        "expected a global of a state dictionary, found \(quoted("\(module).\(name)")), "
          + "which is not allowed")
    }
    try push(.global(global))
  }

  // MARK: Stack and memo

  mutating func push(_ value: PickleValue) throws(PickleError) {
    guard stack.count < Self.maximumStackCount else {
      throw failure("expected at most \(Self.maximumStackCount) values at once, found more")
    }
    stack.append(value)
  }

  func top() throws(PickleError) -> PickleValue {
    guard stack.count > marks.last ?? 0, let value = stack.last else {
      throw failure("expected a value before, found none")
    }
    return value
  }

  mutating func pop() throws(PickleError) -> PickleValue {
    let value = try top()
    stack.removeLast()
    return value
  }

  private mutating func pop(_ count: Int) throws(PickleError) -> [PickleValue] {
    guard stack.count - count >= marks.last ?? 0 else {
      throw failure("expected \(count) values before, found \(stack.count - (marks.last ?? 0))")
    }
    let values = Array(stack.suffix(count))
    stack.removeLast(count)
    return values
  }

  private mutating func takeMark() throws(PickleError) -> Int {
    guard let mark = marks.popLast() else { throw failure("expected a mark before, found none") }
    return mark
  }

  /// Python's pickler numbers what it remembers one after another.
  private mutating func remember(at index: Int) throws(PickleError) {
    let value = try top()
    guard index <= memo.count, index < Self.maximumMemoCount else {
      throw failure("expected at most \(memo.count) as the next memo's number, found \(index)")
    }
    if index == memo.count { memo.append(value) } else { memo[index] = value }
  }

  private func remembered(_ index: Int) throws(PickleError) -> PickleValue {
    guard memo.indices.contains(index) else {
      throw failure("expected a memo below \(memo.count), found \(index)")
    }
    return memo[index]
  }

  // MARK: Values

  func tuple(_ value: PickleValue, of what: String) throws(PickleError) -> [PickleValue] {
    guard case .tuple(let start, let count) = value else {
      throw failure("expected a tuple as \(what), found \(value.kind)")
    }
    return Array(elements[Int(start)..<Int(start) + Int(count)])
  }

  func integers(_ value: PickleValue, of what: String) throws(PickleError) -> [Int] {
    var integers: [Int] = []
    for element in try tuple(value, of: what) {
      guard case .integer(let integer) = element else {
        throw failure("expected integers as \(what), found \(element.kind)")
      }
      integers.append(integer)
    }
    return integers
  }

  func string(_ value: PickleValue) throws(PickleError) -> String {
    guard case .text(let start, let count) = value else {
      throw failure("expected a text, found \(value.kind)")
    }
    return reader.string(start: start, count: count)
  }

  private mutating func popText() throws(PickleError) -> String { try string(try pop()) }

  func failure(_ reason: String) -> PickleError {
    PickleError(reason: reason, offset: reader.operation)
  }
}
