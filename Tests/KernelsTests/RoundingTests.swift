import CKernels
import Support
import Testing

@Suite("Rounding of activations")
struct RoundingTests {
  private static let levels = [Level.plain] + Level.vectors

  /// The scale and the zero of a row of bytes.
  private func end(of rounded: [UInt8], row: Int, columns: Int) -> (scale: Float, zero: Int32) {
    let place = (row + 1) * t5k_s8_row_bytes(columns) - 8
    return rounded.withUnsafeBytes {
      (
        $0.loadUnaligned(fromByteOffset: place, as: Float.self),
        $0.loadUnaligned(fromByteOffset: place + 4, as: Int32.self)
      )
    }
  }

  private func bf16(_ level: Level, _ x: [Float]) -> [UInt16] {
    let bytes = ReducedProduct(level: level, form: .bf16).rounded(x, columns: x.count)
    return bytes.withUnsafeBytes { bytes in
      x.indices.map { bytes.loadUnaligned(fromByteOffset: 2 * $0, as: UInt16.self) }
    }
  }

  @Test("bfloat16 is the nearest, ties to even", arguments: levels)
  func nearest(_ level: Level) {
    let cases: [(bits: UInt32, wanted: UInt16)] = [
      (0x3f80_0000, 0x3f80), (0x3f80_7fff, 0x3f80), (0x3f80_8000, 0x3f80), (0x3f80_8001, 0x3f81),
      (0x3f81_8000, 0x3f82), (0xbf81_8000, 0xbf82), (0x8000_0000, 0x8000), (0x7f7f_ffff, 0x7f80),
      (0x7f80_0000, 0x7f80), (0xff80_0000, 0xff80), (0x0000_0001, 0x0000),
    ]
    let found = bf16(level, cases.map { Float(bitPattern: $0.bits) })
    #expect(found == cases.map(\.wanted))
    // The payload may end anywhere: it stays NaN, and does not carry into the exponent.
    for bits in [0x7f80_0001, 0x7fff_ffff, 0xffff_ffff, 0x7fc0_0000] as [UInt32] {
      #expect(Float(bitPattern: UInt32(bf16(level, [Float(bitPattern: bits)])[0]) << 16).isNaN)
    }
  }

  @Test("a subnormal number is rounded, or 0 as in products", arguments: levels)
  func subnormal(_ level: Level) {
    #expect([0x0002, 0x0000].contains(bf16(level, [Float(bitPattern: 0x0001_8000)])[0]))
    #expect([0x8002, 0x8000].contains(bf16(level, [Float(bitPattern: 0x8001_8000)])[0]))
  }

  @Test("levels round to the same bfloat16", arguments: Level.vectors)
  func sameBits(_ level: Level) {
    var random = SeededRandom(seed: 66)
    for count in lengths where count > 0 {
      let x = (0..<count).map { _ in
        let any = Float(bitPattern: UInt32.random(in: 0...UInt32.max, using: &random))
        return any.isSubnormal ? 0 : any
      }
      #expect(bf16(level, x) == bf16(.plain, x))
    }
  }

  @Test("bytes are within half a step of their numbers, and 0 is exact", arguments: levels)
  func bytes(_ level: Level) {
    var random = SeededRandom(seed: 67)
    for columns in lengths where columns > 0 {
      for (low, high) in [(-1, 1), (0, 5), (-3, 0), (2, 7), (-1e30, 1e30), (-1e-30, 3e-30)]
        as [(Float, Float)]
      {
        var x = (0..<columns).map { _ in Float.random(in: low...high, using: &random) }
        x[columns / 2] = 0
        let rounded = ReducedProduct(level: level, form: .s8).rounded(x, columns: columns)
        let (scale, zero) = end(of: rounded, row: 0, columns: columns)
        #expect((0...255).contains(zero))
        for (number, byte) in zip(x, rounded) {
          let value = Float(Int32(byte) - zero) * scale
          // Half a step, another half where the zero was rounded, and the rounding of the scale itself.
          #expect(abs(value - number) <= 1.001 * scale)
          if number == 0 { #expect(value == 0) }
        }
      }
    }
  }

  @Test("rows without a range, and with the greatest one, are defined", arguments: levels)
  func extremes(_ level: Level) {
    let most = Float.greatestFiniteMagnitude
    let rows: [[Float]] = [
      [0, 0, 0, -0.0], [1e-38, 0, .leastNonzeroMagnitude, 0], [most, -most, 1, 0],
      [most, most, most, most],
      [-1, -1, -1, -1],
    ]
    let rounded = ReducedProduct(level: level, form: .s8)
      .rounded(rows.flatMap { $0 }, columns: 4)
    for (row, numbers) in rows.enumerated() {
      let (scale, zero) = end(of: rounded, row: row, columns: 4)
      #expect(scale.isFinite && (0...255).contains(zero))
      for (place, number) in numbers.enumerated() {
        let byte = rounded[row * t5k_s8_row_bytes(4) + place]
        // 255 steps of a rounded scale may exceed the greatest float.
        let value = Double(Int32(byte) - zero) * Double(scale)
        #expect(abs(value - Double(number)) <= max(1.001 * Double(scale), 1e-32))
      }
    }
  }
}
