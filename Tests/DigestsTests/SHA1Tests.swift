import Digests
import Testing

@Suite("SHA-1")
struct SHA1Tests {
  private static let hexDigits = Array("0123456789abcdef")

  private func digest(_ pieces: [[UInt8]]) -> String {
    var hash = SHA1()
    for piece in pieces { piece.withUnsafeBytes { hash.addRaw($0) } }
    return String(
      hash.digest.flatMap { [Self.hexDigits[Int($0 >> 4)], Self.hexDigits[Int($0 & 15)]] })
  }

  @Test(
    "Digests are those of FIPS 180 and RFC 3174",
    arguments: [
      ("", "da39a3ee5e6b4b0d3255bfef95601890afd80709"),
      ("abc", "a9993e364706816aba3e25717850c26c9cd0d89d"),
      (
        "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
        "84983e441c3bd26ebaae4aa1f95129e5e54670f1"
      ),
      // The name that git gives a file with the line "hello".
      ("blob 6\0hello\n", "ce013625030ba8dba906f756967f9e9ca394464a"),
    ])
  func known(text: String, expected: String) {
    #expect(digest([Array(text.utf8)]) == expected)
  }

  @Test("A million letters have the digest of FIPS 180, however they come")
  func long() {
    let expected = "34aa973cd4c4daa4f61eeb2bdbad27316534016f"
    let letters = [UInt8](repeating: UInt8(ascii: "a"), count: 1_000_000)
    #expect(digest([letters]) == expected)
    #expect(
      digest([Array(letters[..<63]), [], Array(letters[63..<191]), Array(letters[191...])])
        == expected)
  }
}
