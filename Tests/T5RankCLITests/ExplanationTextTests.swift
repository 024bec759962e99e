import T5RankCLI
import Testing

@Suite("The explanation in the terminal")
struct ExplanationTextTests {
  private let explanation = ExplainedCase.explanation(
    query: "do bees", texts: ["honey bees fly\u{1B}[31m home \u{202E}x", "ants walk"])

  @Test("Without colours it is plain text")
  func plain() {
    #expect(
      ExplanationText(style: .plain, width: 60).text(of: explanation) == """

        why: do bees
        [+for] and [-against]: what the score by mono (logit) loses
        without the word; the strongest 2.00; 1,234 forward passes

        duo: how likely, in %, the row is better than the column
              1   2 
          1   ·  88█
          2  27░  · 

        1  id d0  mono −0.2500  duo 1.5000
           [+do] [-bees]
           [+honey] [-bees] fly [31m home x
           for: honey +2.00
           against: bees −1.00
           ratings 0▃ 1█ 2.50▁  (█ 75 %)

        2  id d1  mono −0.2500  duo 0.5000
           [+do] [-bees]
           [+ants] [-walk]
           for: ants +2.00
           against: walk −1.00
           ratings 0▃ 1█ 2.50▁  (█ 75 %)

        """)
  }

  @Test("With colours it is the same text, and no sequence comes from a document")
  func colored() {
    let colored = ExplanationText(style: .colored, width: 60).text(of: explanation)
    #expect(colored.contains("\u{1B}[7;34mhoney\u{1B}[0m \u{1B}[7;33mbees\u{1B}[0m fly [31m home"))
    let sequences = colored.split(separator: "\u{1B}", omittingEmptySubsequences: false).dropFirst()
    for sequence in sequences {
      let known = ["[0m", "[1m", "[7;33m", "[7;34m", "[4;33m", "[4;34m"]
      #expect(known.contains { sequence.hasPrefix($0) }, "\(sequence)")
    }
  }

  @Test("Lines are no wider than the terminal")
  func width() {
    let text = String(repeating: "honey bees find their way 蜜蜂 ", count: 40)
    let explanation = ExplainedCase.explanation(query: "a b", texts: [text, "b"])
    for line in ExplanationText(style: .plain, width: 50).text(of: explanation).split(
      separator: "\n")
    {
      let wide = line.unicodeScalars.count { (0x4E00...0x9FFF).contains($0.value) }
      #expect(line.count + wide <= 60, "\(line)")
    }
  }
}
