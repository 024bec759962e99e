#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Rotary positions: pairs of numbers turned by an angle that grows with a row's place.
public enum Rotation {
  /// Rotates rows in place.
  ///
  /// Angles are computed in 32-bit floats as the reference does.
  ///
  /// - Parameters:
  ///   - x: `[rows, heads · width]`, width even; numbers i and i + width / 2 of a head are a pair.
  ///   - base: Pair i turns by place · base^(−2i / width).
  ///   - offsets: Sequence s has the rows `offsets[s] ..< offsets[s + 1]`, at places 0, 1, ….
  public static func apply(to x: Matrix, heads: Int, base: Float, offsets: [Int]) {
    precondition(heads > 0 && x.columns.isMultiple(of: 2 * heads), "a head has pairs of numbers")
    precondition(offsets.first == 0 && offsets.last == x.rows, "the sequences have all rows")
    let width = x.columns / heads
    let half = width / 2
    let longest = zip(offsets, offsets.dropFirst()).map { $1 - $0 }.max() ?? 0
    let frequencies = (0..<half).map { 1 / powf(base, Float(2 * $0) / Float(width)) }
    var cosines: [Float] = []
    var sines: [Float] = []
    cosines.reserveCapacity(longest * half)
    sines.reserveCapacity(longest * half)
    for place in 0..<longest {
      for frequency in frequencies {
        let angle = Float(place) * frequency
        cosines.append(cosf(angle))
        sines.append(sinf(angle))
      }
    }
    cosines.withUnsafeBufferPointer { cosines in
      sines.withUnsafeBufferPointer { sines in
        for (start, end) in zip(offsets, offsets.dropFirst()) {
          for row in start..<end {
            let table = (row - start) * half
            for head in 0..<heads {
              // In bounds: a head's columns of a row of x; a place below `longest` in the tables.
              let first = x.pointer + row * x.columns + head * width
              let second = first + half
              for pair in 0..<half {
                let (cosine, sine) = (cosines[table + pair], sines[table + pair])
                let (a, b) = (first[pair], second[pair])
                first[pair] = a * cosine - b * sine
                second[pair] = b * cosine + a * sine
              }
            }
          }
        }
      }
    }
  }
}
