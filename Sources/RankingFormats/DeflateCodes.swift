// The numbers of RFC 1951, 3.2.5 to 3.2.7.

/// By symbol from 257 on: the shortest match, and how many bits say how much longer it is.
let lengthBases = [
  3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131,
  163, 195, 227, 258,
]
let lengthBits = [
  0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0,
]
/// By symbol: the least distance, and how many bits say how much greater it is.
let distanceBases = [
  1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049,
  3073, 4097, 6145, 8193, 12289, 16385, 24577,
]
let distanceBits = [
  0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13,
]
/// The order in which the lengths of the codes for code lengths are written.
let lengthOrder = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]
/// The lengths of the fixed codes for literals and lengths; those for distances all have five bits.
let fixedLiteralLengths =
  [UInt8](repeating: 8, count: 144) + [UInt8](repeating: 9, count: 112)
  + [UInt8](repeating: 7, count: 24) + [UInt8](repeating: 8, count: 8)
