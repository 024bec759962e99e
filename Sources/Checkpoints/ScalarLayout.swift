/// Where the numbers of a tensor lie in some bytes.
struct ScalarLayout {
  /// The tensor's shape and how its numbers are stored.
  let tensor: StoredTensor
  /// Where the first number is, counted in numbers.
  let offset: Int
  /// How far apart neighbours along each dimension are, counted in numbers.
  let strides: [Int]

  /// Row-major from the first byte on.
  init(contiguous tensor: StoredTensor) {
    self.init(tensor, offset: 0, strides: Self.rowMajorStrides(of: tensor.shape))
  }

  /// - Precondition: The caller has checked that all numbers lie in the bytes.
  init(_ tensor: StoredTensor, offset: Int, strides: [Int]) {
    self.tensor = tensor
    self.offset = offset
    self.strides = strides
  }

  /// Whether the numbers lie one behind the other, row-major.
  var isContiguous: Bool {
    zip(zip(tensor.shape, strides), Self.rowMajorStrides(of: tensor.shape)).allSatisfy {
      $0.0 <= 1 || $0.1 == $1
    }
  }

  /// Only of tensors whose count fits an Int.
  private static func rowMajorStrides(of shape: [Int]) -> [Int] {
    var strides = Array(repeating: 1, count: shape.count)
    for index in shape.indices.dropLast().reversed() {
      // A dimension of 0 leaves no number whose place could matter, but the product may be anything.
      strides[index] = strides[index + 1] &* shape[index + 1]
    }
    return strides
  }

  /// The numbers as floats: the bytes themselves where they are aligned F32 in order, else a copy.
  ///
  /// F64 is rounded to the nearest `Float`.
  ///
  /// - Parameter file: Where the bytes lie; pages of it that were copied take no memory any more.
  /// - Returns: nil for integers and Booleans.
  func floats(in bytes: UnsafeRawBufferPointer, of file: MappedFile) -> FloatBuffer? {
    if tensor.scalarType == .float32, let floats = mappedFloats(bytes, file) { return floats }
    defer { file.releasePages(of: bytes) }
    return copiedFloats(bytes)
  }

  private func copiedFloats(_ bytes: UnsafeRawBufferPointer) -> FloatBuffer? {
    switch tensor.scalarType {
    case .float32: gather(bytes, from: UInt32.self) { Float(bitPattern: $0) }
    case .float16: gather(bytes, from: UInt16.self) { Float(float16Bits: $0) }
    case .bfloat16: gather(bytes, from: UInt16.self) { Float(bfloat16Bits: $0) }
    case .float64: gather(bytes, from: UInt64.self) { Float(Double(bitPattern: $0)) }
    default: nil
    }
  }

  private func mappedFloats(
    _ bytes: UnsafeRawBufferPointer, _ file: MappedFile
  ) -> FloatBuffer? {
    guard isContiguous,
      let address = bytes.baseAddress?.advanced(by: offset * MemoryLayout<Float>.stride),
      Int(bitPattern: address) % MemoryLayout<Float>.alignment == 0
    else { return nil }
    return FloatBuffer(
      borrowing: address.bindMemory(to: Float.self, capacity: tensor.count), count: tensor.count,
      from: file)
  }

  private func gather<Bits: FixedWidthInteger & BitwiseCopyable>(
    _ bytes: UnsafeRawBufferPointer, from bits: Bits.Type, _ value: (Bits) -> Float
  ) -> FloatBuffer {
    let width = MemoryLayout<Bits>.size
    // In bounds: every place is one of the layout's, which its maker has checked.
    return FloatBuffer(count: tensor.count) { floats in
      if isContiguous {
        for index in floats.indices {
          floats[index] = value(
            bytes.loadUnaligned(fromByteOffset: (offset + index) * width, as: Bits.self))
        }
        return
      }
      var indices = Array(repeating: 0, count: tensor.shape.count)
      var place = offset
      for index in floats.indices {
        floats[index] = value(bytes.loadUnaligned(fromByteOffset: place * width, as: Bits.self))
        // The next index, row-major: a dimension that is through begins anew, and the one before it
        // moves on.
        var dimension = tensor.shape.count - 1
        while dimension >= 0 {
          indices[dimension] += 1
          place += strides[dimension]
          if indices[dimension] < tensor.shape[dimension] { break }
          place -= indices[dimension] * strides[dimension]
          indices[dimension] = 0
          dimension -= 1
        }
      }
    }
  }
}
