import T5Rank
import Testing

/// What a user of the library writes, with one import.
@Suite("The library behind one import")
struct LibraryTests {
  private func model() throws -> ModelDirectory {
    try ModelDirectory(path: #require(InstalledFiles.path(of: "weights/t5rank-mini")))
  }

  @Test("Texts are ranked in three lines")
  func ranks() throws {
    let ranking = try model().reranker().rank(
      query: "how do vaccines work",
      documents: ["Wings produce lift.", "A vaccine trains the immune system."], topK: 1)
    #expect(ranking.map(\.candidateIndex) == [1])
    #expect(ranking[0].document.text == "A vaccine trains the immune system.")
  }

  @Test("Pairs are scored in their order")
  func scores() throws {
    var options = RerankerOptions()
    options.specialTokens = .recognized
    options.scale = .probability
    let scorer = try MonoT5(model(), options: options)
    let scores = try scorer.scores(for: [
      TextPair("lift", "Wings produce lift."), TextPair("vaccine", "Wings produce lift."),
    ])
    #expect(scores[0] > scores[1])
    #expect(scores.allSatisfy { (0...1).contains($0) })
  }
}
