import Testing

@Suite("t5rank --precision")
struct PrecisionTests {
  /// The scores of passages about bees, by document, computed with the kernels that are named.
  private func scores(_ precision: String, kernels: String) throws -> [String: Double] {
    let folder = try ScratchFolder()
    let outcome = try Program.runShell(
      "head -n 3 \(Program.project)/docs/sample/passages.txt | T5RANK_KERNELS=\(kernels) \"$0\" "
        + "--model \(Program.project)/weights/cross-encoder-mini --precision \(precision) "
        + "--query 'how do bees find home' --format trec --score logit", in: folder)
    #expect(outcome.status == 0, "\(outcome.errors)")
    let scores = outcome.columns(4).compactMap(Double.init)
    #expect(scores.count == outcome.lines.count && scores.count == 3)
    return Dictionary(
      zip(outcome.columns(2), scores), uniquingKeysWith: { first, _ in first })
  }

  // A name that the machine does not have falls back to its best.
  @Test(
    "every instruction set gives nearly the same scores",
    arguments: ["bf16", "int8"], ["avx2", "avx512", "avx512vnni", "avx512bf16"])
  func kernels(precision: String, kernels: String) throws {
    let wanted = try scores(precision, kernels: "baseline")
    let found = try scores(precision, kernels: kernels)
    #expect(found.keys == wanted.keys)
    for (document, score) in found {
      // The last bits of fp32 decide now and then which way a number rounds: a step of the precision in
      // one of thousands.
      #expect(abs(score - (wanted[document] ?? .nan)) < (precision == "bf16" ? 0.04 : 0.1))
    }
  }

  @Test("a precision that is none is refused")
  func unknown() throws {
    let outcome = try Program.run(["--precision", "fp8", "--query", "q"])
    #expect(outcome.status == 2)
    #expect(outcome.errors.contains("fp8"))
  }
}
