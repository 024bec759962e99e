import Retrieval
import Testing

@Suite("Content hash")
struct ContentHashTests {
  /// Computed with the Python package xxhash (its `xxh64`) on the bytes 0, 1, 2, ….
  private static let expected: [(Int, UInt64)] = [
    (0, 0xEF46_DB37_51D8_E999), (1, 0xE934_A84A_DB05_2768), (4, 0xFFCE_D860_4453_CC1E),
    (8, 0x884A_1736_14B8_1B8D), (31, 0xC346_D2B5_9B4D_8EE1), (32, 0xCBF5_9C51_16FF_32B4),
    (33, 0x0C53_5D1A_CAFB_8EAD), (63, 0xE26A_A9E2_A95F_8E4F), (64, 0xF7C6_7301_DB67_13F0),
    (100, 0x6AC1_E580_3216_6597),
  ]

  @Test("It is XXH64", arguments: expected)
  func digest(count: Int, hash: UInt64) {
    let bytes = (0..<count).map { UInt8($0) }
    #expect(bytes.withUnsafeBytes { ContentHash.digest(of: $0) } == hash)
  }
}
