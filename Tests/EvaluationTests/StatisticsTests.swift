import Evaluation
import JSON
import Testing

@Suite("Significance beside scipy")
struct StatisticsTests {
  @Test("p-values of paired tests are scipy's")
  func pValues() throws {
    let cases = try #require(try GoldenFile.value("statistics.json")["cases"]?.array)
    #expect(cases.count == 65)
    for golden in cases {
      let seed = try #require(golden["seed"]?.int)
      let count = try #require(golden["count"]?.int)
      let differences = RandomCase.differences(seed: UInt64(seed), count: count)

      let test = PairedTTest(differences)
      #expect((test == nil) == (golden["p_t_test"]?.isNull ?? false), "seed \(seed)")
      if let test, let t = golden["t"]?.double, let p = golden["p_t_test"]?.double {
        // Roundings, in units of the statistic.
        #expect((test.statistic - t).magnitude <= 1e-12 * max(1, t.magnitude), "seed \(seed)")
        #expect((test.pValue - p).magnitude < 1e-9, "seed \(seed)")
        // Small ones too: logarithms of gamma functions near 500 lose three digits.
        #expect((test.pValue / p - 1).magnitude < 1e-8, "seed \(seed): \(test.pValue), \(p)")
      }

      let flips = try #require(SignFlipTest(differences))
      let p = try #require(golden["p_sign_flip"]?.double)
      // Exact beside exact; else the larger of two standard deviations is 0.0016.
      #expect(
        (flips.pValue - p).magnitude < (count <= 20 ? 1e-12 : 0.005),
        "seed \(seed): \(flips.pValue), \(p)")
      #expect(count > 20 || flips.isExact)
    }
  }

  @Test("Tests that cannot be made have no p-value")
  func undefined() {
    #expect(PairedTTest([]) == nil && PairedTTest([1]) == nil && PairedTTest([0, 0]) == nil)
    #expect(SignFlipTest([]) == nil && BootstrapInterval([]) == nil)
    #expect(SignFlipTest([0, 0])?.pValue == 1)
    #expect(PairedTTest([0.5, 0.5])?.pValue == 0)
  }

  @Test("Differences of 0 change no exact test, and are not counted towards its limit")
  func zeros() {
    let differences = [0.3, -0.1, 0.2, 0.4, 0.5]
    let test = SignFlipTest(differences + [Double](repeating: 0, count: 1000))
    #expect(test == SignFlipTest(differences))
    #expect(test?.isExact == true)
    // 2 of the 32 patterns have all but −0.1 alike, 2 more have all alike.
    #expect(test?.pValue == 4.0 / 32)
  }

  @Test("What is drawn at random is the same at each call, and another for another seed")
  func determinism() throws {
    let differences = RandomCase.differences(seed: 7, count: 60)
    #expect(SignFlipTest(differences) == SignFlipTest(differences))
    #expect(SignFlipTest(differences)?.pValue == SignFlipTest(differences, seed: 1)?.pValue)
    #expect(SignFlipTest(differences) != SignFlipTest(differences, seed: 2))
    #expect(BootstrapInterval(differences) == BootstrapInterval(differences))
    #expect(BootstrapInterval(differences) != BootstrapInterval(differences, seed: 2))
  }

  @Test("A bootstrap interval is near the one of the normal distribution where there are many")
  func interval() throws {
    let differences = RandomCase.differences(seed: 3, count: 2000)
    let mean = differences.reduce(0, +) / 2000
    let variance = differences.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 2000
    let half = 1.96 * (variance / 2000).squareRoot()
    let interval = try #require(BootstrapInterval(differences))
    // A percentile of 10,000 samples wanders by 0.03 standard errors.
    #expect((interval.lower - (mean - half)).magnitude < half / 15)
    #expect((interval.upper - (mean + half)).magnitude < half / 15)
  }

  @Test("A bootstrap interval of equal numbers is that number")
  func equalNumbers() throws {
    let interval = try #require(BootstrapInterval([0.25, 0.25, 0.25]))
    #expect(interval.lower == 0.25 && interval.upper == 0.25)
  }
}
