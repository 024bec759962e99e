import CKernels

extension Matrix {
  /// Writes numbers in IEEE half precision as floats, row by row from the first; exact.
  ///
  /// - Precondition: The matrix has room for all of them.
  public func decode(float16 bits: UnsafeBufferPointer<UInt16>) {
    precondition(bits.count <= count, "a matrix holds what is decoded into it")
    t5k_f16_to_f32(bits.baseAddress, pointer, bits.count)
  }
}
