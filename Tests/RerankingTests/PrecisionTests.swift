import RankingCore
import Reranking
import Support
import Testing
import Transformers

@Suite("Scores of reduced precision")
struct PrecisionTests {
  private static let documents = {
    var random = SeededRandom(seed: 71)
    return Passages.many(20, using: &random) + Passages.documents
  }()

  private static func scores(_ mode: RankingMode, _ precision: Precision) throws -> [Double] {
    try ScoreStabilityTests.scorer(mode) {
      $0.precision = precision
      $0.scale = mode == .rank ? nil : .logit
    }.scores(of: documents, for: Passages.query, progress: nil).scores
  }

  // Three and four times the greatest differences found on Cranfield, docs/performance.md: random words
  // lie outside of what the models were trained on.
  @Test(
    "are near those of single precision, and not the same",
    arguments: zip([Precision.bf16, .int8], [0.1, 1.0]))
  func differences(precision: Precision, most: Double) throws {
    for mode in ScoreStabilityTests.modes {
      let exact = try Self.scores(mode, .fp32)
      let reduced = try Self.scores(mode, precision)
      let greatest = zip(exact, reduced).map { abs($0 - $1) }.max() ?? 0
      #expect(greatest > 0 && greatest < most, "\(mode)")
    }
  }

  @Test("are those of the precision that auto stands for on this machine")
  func automatic() throws {
    let precision = try ShippedModel.t5().precision(.auto)
    #expect(precision != .auto)
    #expect(try Self.scores(.mono, .auto) == Self.scores(.mono, precision))
  }

  @Test(
    "auto is never coarser than the manifest says, and takes bf16 for a model that says nothing",
    arguments: [nil, Precision.fp32, .bf16, .int8])
  func bearing(coarsest: Precision?) throws {
    let key = coarsest.map { ",\"coarsest_precision\":\"\($0.rawValue)\"" } ?? ""
    try withModelFolder(
      of: ShippedModel.path("cross-encoder-mini"),
      replacing: ["reranker.json": "{\"mode\":\"cross\"\(key)}"]
    ) { folder in
      let model = try ModelDirectory(path: folder)
      #expect(model.coarsestPrecision == coarsest ?? .bf16)
      #expect(model.precision(nil) == .fp32 && model.precision(.int8) == .int8)
      #expect(model.precision(.auto) == Precision.auto.resolved(bearing: coarsest ?? .bf16))
      if coarsest == .fp32 { #expect(model.precision(.auto) == .fp32) }
    }
  }

  @Test("of one model are not changed by other precisions of it in use")
  func sharing() throws {
    let before = try Self.scores(.cross, .int8)
    _ = try Self.scores(.cross, .bf16)
    _ = try Self.scores(.cross, .fp32)
    #expect(try Self.scores(.cross, .int8) == before)
  }
}
