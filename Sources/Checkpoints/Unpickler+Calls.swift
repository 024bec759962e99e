// What stands in a pickle for the running of Python: each makes a value here, or is refused.

extension Unpickler {
  /// REDUCE: a global is called with a tuple of arguments.
  mutating func call() throws(PickleError) {
    let arguments = try tuple(try pop(), of: "the arguments of a call")
    let callee = try pop()
    guard case .global(let global) = callee else {
      throw failure("expected a global to call, found \(callee.kind)")
    }
    switch global {
    case .orderedDictionary:
      guard arguments.isEmpty else {
        throw failure("expected OrderedDict() without arguments, found \(arguments.count)")
      }
      try pushDictionary()
    case .rebuildTensor:
      try push(tensor(arguments[...], of: nil, global))
    case .rebuildTypedTensor:
      // The type stands behind what both take; a dictionary may follow.
      guard arguments.count >= 7, case .global(.scalarType(let type)) = arguments[6] else {
        throw failure("expected \(global.name) with a type as its seventh argument, found none")
      }
      try push(tensor(arguments[..<6] + arguments[7...], of: type, global))
    case .rebuildParameter:
      guard arguments.count == 3, case .tensor = arguments[0], case .flag = arguments[1],
        case .dictionary = arguments[2]
      else {
        throw failure(
          "expected \(global.name) of a tensor, a Boolean and a dictionary, found something else")
      }
      try push(arguments[0])
    case .storage, .scalarType:
      throw failure("expected a call that makes a tensor or a dictionary, found \(global.name)")
    }
  }

  private mutating func tensor(
    _ arguments: ArraySlice<PickleValue>, of type: ScalarType?, _ global: PickleGlobal
  ) throws(PickleError) -> PickleValue {
    let arguments = Array(arguments)
    guard arguments.count == 6 || arguments.count == 7, case .storage(let index) = arguments[0],
      case .integer(let offset) = arguments[1], case .flag = arguments[4],
      case .dictionary = arguments[5]
    else {
      throw failure(
        "expected \(global.name) of a storage, an offset, a size, strides, a Boolean and a "
          + "dictionary, found something else")
    }
    // Metadata could ask for conjugated or negated numbers.
    if arguments.count == 7, arguments[6] != .none {
      guard case .dictionary(let index) = arguments[6], dictionaries[Int(index)].isEmpty else {
        throw failure("expected a tensor without metadata, found some")
      }
    }
    guard tensors.count < SafetensorsHeader.maximumTensors else {
      throw failure("expected at most \(SafetensorsHeader.maximumTensors) tensors, found more")
    }
    let size = try integers(arguments[2], of: "a tensor's size")
    let strides = try integers(arguments[3], of: "a tensor's strides")
    do {
      tensors.append(
        try PyTorchTensor(
          storages[Int(index)], type: type, offset: offset, shape: size, strides: strides))
    } catch {
      throw failure(error.reason)
    }
    return .tensor(Int32(tensors.count - 1))
  }

  /// BUILD: only the versions of modules that a state dictionary carries, which no tensor needs.
  mutating func setState() throws(PickleError) {
    let state = try pop()
    guard case .dictionary(let index) = state,
      dictionaries[Int(index)].count == 1,
      try string(dictionaries[Int(index)][0].key) == "_metadata",
      case .dictionary = try top()
    else {
      throw failure("expected _metadata as the state of a dictionary, found something else")
    }
  }

  /// BINPERSID: ('storage', type, key, device, count).
  mutating func pushStorage() throws(PickleError) {
    let parts = try tuple(try pop(), of: "a storage")
    guard parts.count == 5, try string(parts[0]) == "storage",
      case .global(.storage(let type)) = parts[1], case .text = parts[3],
      case .integer(let count) = parts[4]
    else {
      throw failure(
        "expected a storage's type, key, device and count, found something else")
    }
    let key = try string(parts[2])
    guard let byteCount = storageSize(key) else {
      throw failure("storage \(quoted(key)): expected a file in the archive, found none")
    }
    let width = type?.byteCount ?? 1
    let (expected, overflows) = count.multipliedReportingOverflow(by: width)
    guard count >= 0, !overflows, expected == byteCount else {
      throw failure(
        "storage \(quoted(key)): expected \(byteCount) bytes, the size of its file, "
          + "found \(count) numbers of \(width)")
    }
    guard storages.count < Self.maximumMemoCount else { throw failure("too many storages") }
    storages.append(PyTorchStorage(key: key, scalarType: type, byteCount: byteCount))
    try push(.storage(Int32(storages.count - 1)))
  }
}
