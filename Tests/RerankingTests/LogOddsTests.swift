import Foundation
import Reranking
import Testing

@Suite("Log-odds")
struct LogOddsTests {
  @Test("Even odds are exactly one half")
  func evenOdds() {
    #expect(LogOdds(0).probability == 0.5)
    #expect(LogOdds(-0.0).probability == 0.5)
    #expect(LogOdds(0).logProbability == -log(2.0))
  }

  @Test("Known odds give known probabilities")
  func knownOdds() {
    // Odds of 3 to 1 are ¾. A few roundings of a Double: 1e-15.
    #expect(abs(LogOdds(log(3)).probability - 0.75) < 1e-15)
    #expect(abs(LogOdds(-log(3)).probability - 0.25) < 1e-15)
    #expect(abs(LogOdds(log(3)).logProbability - log(0.75)) < 1e-15)
    #expect(abs(LogOdds(-log(3)).logProbability - log(0.25)) < 1e-15)
  }

  @Test("Huge log-odds neither overflow nor become infinite")
  func extremes() {
    #expect(LogOdds(1e4).probability == 1)
    #expect(LogOdds(-1e4).probability == 0)
    #expect(LogOdds(1e4).logProbability == 0)
    #expect(LogOdds(-1e4).logProbability == -1e4)
    #expect(LogOdds(-800).probability == 0)
    // Where 1 − p has long been lost, log p is still exact: −e^−50.
    #expect(abs(LogOdds(50).logProbability / -exp(-50.0) - 1) < 1e-14)
  }

  @Test("A probability and its complement add up to 1, and all scales rise together")
  func complementAndOrder() {
    var before = LogOdds(-41)
    for step in -160...160 {
      let odds = LogOdds(Double(step) / 4)
      #expect(abs(odds.probability + odds.complement.probability - 1) < 1e-15)
      #expect(before < odds)
      #expect(before.probability <= odds.probability)
      #expect(before.logProbability < odds.logProbability)
      #expect(abs(log(odds.probability) - odds.logProbability) < 1e-14)
      before = odds
    }
  }
}
