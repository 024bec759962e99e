import Digests
import Testing

@Suite("SHA-256")
struct SHA256Tests {
  /// NIST's examples (FIPS 180-4, and the CSRC examples for SHA-2), and lengths around a block's end
  /// from Python's hashlib, of the bytes 0, 1, 2, ….
  private static let texts: [(String, String)] = [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
    (
      "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrs"
        + "mnopqrstnopqrstu",
      "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"
    ),
  ]

  private func hexadecimal(_ bytes: [UInt8]) -> String {
    let digits = Array("0123456789abcdef")
    return String(bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
  }

  private func digest(_ bytes: [UInt8]) -> String {
    hexadecimal(bytes.withUnsafeBytes { SHA256.digest(of: $0) }.bytes)
  }

  @Test("It gives NIST's digests", arguments: texts)
  func examples(text: String, expected: String) {
    #expect(digest(Array(text.utf8)) == expected)
  }

  @Test("It gives NIST's digest of a million letters")
  func million() {
    #expect(
      digest(Array(repeating: UInt8(ascii: "a"), count: 1_000_000))
        == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
  }

  @Test("Its padding is right at every length around a block's end", arguments: lengths)
  func padding(count: Int, expected: String) {
    #expect(digest((0..<count).map { UInt8($0) }) == expected)
  }

  @Test("Bytes in parts have the digest of the whole")
  func parts() {
    // Two rows of fields with the same bytes in all: cut at every place.
    let text = String(repeating: "0123456789", count: 20)
    var digests: Set<Digest> = []
    for cut in 0...text.utf8.count {
      var hash = SHA256(of: "test")
      hash.add(String(text.prefix(cut)))
      hash.add(String(text.dropFirst(cut)))
      digests.insert(hash.digest)
      // The fields' bytes as they should be.
      var whole: [UInt8] = []
      for field in ["test", String(text.prefix(cut)), String(text.dropFirst(cut))] {
        whole += withUnsafeBytes(of: UInt64(field.utf8.count).littleEndian) { Array($0) }
        whole += Array(field.utf8)
      }
      #expect(hexadecimal(hash.digest.bytes) == digest(whole))
    }
    #expect(digests.count == text.utf8.count + 1, "no two rows of fields may meet")
  }

  @Test("A digest is made of 32 bytes, and of no other number")
  func bytes() throws {
    let digest = SHA256(of: "x").digest
    #expect(Digest(bytes: digest.bytes) == digest)
    #expect(Digest(bytes: digest.bytes.dropLast()) == nil)
    #expect(Digest(bytes: digest.bytes + [0]) == nil)
  }
}

/// Computed with Python's hashlib.
private let lengths: [(Int, String)] = [
  (1, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"),
  (55, "463eb28e72f82e0a96c0a4cc53690c571281131f672aa229e0d45ae59b598b59"),
  (56, "da2ae4d6b36748f2a318f23e7ab1dfdf45acdc9d049bd80e59de82a60895f562"),
  (57, "2fe741af801cc238602ac0ec6a7b0c3a8a87c7fc7d7f02a3fe03d1c12eac4d8f"),
  (63, "29af2686fd53374a36b0846694cc342177e428d1647515f078784d69cdb9e488"),
  (64, "fdeab9acf3710362bd2658cdc9a29e8f9c757fcf9811603a8c447cd1d9151108"),
  (65, "4bfd2c8b6f1eec7a2afeb48b934ee4b2694182027e6d0fc075074f2fabb31781"),
  (119, "da18797ed7c3a777f0847f429724a2d8cd5138e6ed2895c3fa1a6d39d18f7ec6"),
  (120, "f52b23db1fbb6ded89ef42a23ce0c8922c45f25c50b568a93bf1c075420bbb7c"),
  (127, "92ca0fa6651ee2f97b884b7246a562fa71250fedefe5ebf270d31c546bfea976"),
  (128, "471fb943aa23c511f6f72f8d1652d9c880cfa392ad80503120547703e56a2be5"),
  (255, "3f8591112c6bbe5c963965954e293108b7208ed2af893e500d859368c654eabe"),
]
