import RankingCore
import Testing

@Suite("The nearest name")
struct NearestNameTests {
  let names = ["monot5", "rankt5", "rankt5-digits", "duot5", "seed-duo"]

  @Test(
    "A slip of the finger finds the name that was meant",
    arguments: [
      ("mono5", "monot5"), ("monto5", "monot5"), ("MonoT5", "monot5"),
      ("rankt5-digit", "rankt5-digits"),
      ("dout5", "duot5"), ("seedduo", "seed-duo"), ("xuot5", "duot5"),
    ])
  func findsMeantName(typed: String, meant: String) {
    #expect(nearestName(to: typed, in: names) == meant)
  }

  @Test(
    "A name unlike all others finds none",
    arguments: [
      "", "zebra", "m", "électroencéphalogramme", String(repeating: "monot5", count: 5000),
    ])
  func refusesToGuess(typed: String) {
    #expect(nearestName(to: typed, in: names) == nil)
  }

  @Test("Among equally near names the first wins")
  func prefersTheFirst() {
    #expect(nearestName(to: "duot", in: ["duota", "duotb"]) == "duota")
    #expect(nearestName(to: "duot", in: ["duotb", "duota"]) == "duotb")
  }

  @Test("No names, no answer")
  func noNames() {
    #expect(nearestName(to: "monot5", in: [String]()) == nil)
  }

  @Test("Swapped neighbours are one slip, a replaced letter is one, a shift is two")
  func countsSlips() {
    // Of six letters two may differ: "abcdef" → "badcef" is two swaps, "bacdfe" too.
    #expect(nearestName(to: "badcef", in: ["abcdef"]) == "abcdef")
    #expect(nearestName(to: "badcfe", in: ["abcdef"]) == nil)
    #expect(nearestName(to: "abxdyf", in: ["abcdef"]) == "abcdef")
    #expect(nearestName(to: "zbxdyf", in: ["abcdef"]) == nil)
    #expect(nearestName(to: "bcdefa", in: ["abcdef"]) == "abcdef")
  }
}
