/// A file of an archive that holds numbers.
struct PyTorchStorage {
  /// Names the file.
  let key: String
  /// nil: bytes, of which each tensor says what they are.
  let scalarType: ScalarType?
  let byteCount: Int
}

/// A tensor of a PyTorch file, checked: all its numbers lie in its storage.
struct PyTorchTensor {
  let key: String
  let scalarType: ScalarType
  let shape: [Int]
  let count: Int
  /// In numbers, from the start of the storage.
  let offset: Int
  /// In numbers; 0 for dimensions of one number, whose neighbours nobody looks for.
  let strides: [Int]

  /// Why a tensor cannot be in its storage.
  struct Mismatch: Error {
    let reason: String
  }

  /// - Parameters:
  ///   - type: Of the numbers in a storage of bytes; nil otherwise.
  ///   - offset: As the file says, in numbers.
  init(
    _ storage: PyTorchStorage, type: ScalarType?, offset: Int, shape: [Int], strides: [Int]
  ) throws(Mismatch) {
    func mismatch(_ reason: String) -> Mismatch {
      Mismatch(reason: "tensor in storage \(quoted(storage.key)): \(reason)")
    }
    guard let scalarType = type ?? storage.scalarType, type == nil || storage.scalarType == nil
    else { throw mismatch("expected one type of its numbers, found none or two") }
    guard shape.count <= SafetensorsHeader.maximumRank, strides.count == shape.count else {
      throw mismatch(
        "expected at most \(SafetensorsHeader.maximumRank) dimensions and as many strides, "
          + "found \(shape.count) and \(strides.count)")
    }
    var count = 1
    for dimension in shape {
      let (product, overflows) = count.multipliedReportingOverflow(by: dimension)
      guard (0...SafetensorsHeader.maximumDimension).contains(dimension), !overflows else {
        throw mismatch("expected dimensions from 0 to 2^48, found \(shape)")
      }
      count = product
    }
    let stored = storage.byteCount / scalarType.byteCount
    var last = offset
    var isOutside = offset < 0 || offset > stored
    for (dimension, stride) in zip(shape, strides) where count > 0 {
      let (way, overflows) = (dimension - 1).multipliedReportingOverflow(by: stride)
      let (sum, overflowsToo) = last.addingReportingOverflow(way)
      isOutside = isOutside || stride < 0 || overflows || overflowsToo
      last = sum
    }
    guard !isOutside, !strides.contains(where: { $0 < 0 }), count == 0 || last < stored else {
      throw mismatch(
        "expected numbers within the \(stored) stored, found size \(shape) with strides \(strides) "
          + "from \(offset) on")
    }
    // A stride of 0 could make any number of numbers out of one.
    guard count <= stored else {
      throw mismatch("expected at most the \(stored) numbers stored, found \(count)")
    }
    key = storage.key
    self.scalarType = scalarType
    self.shape = shape
    self.count = count
    self.offset = offset
    self.strides = zip(shape, strides).map { $0 > 1 ? $1 : 0 }
  }

  /// As a checkpoint lists it.
  func described(as name: String) -> StoredTensor {
    StoredTensor(name: name, shape: shape, scalarType: scalarType, count: count)
  }
}
