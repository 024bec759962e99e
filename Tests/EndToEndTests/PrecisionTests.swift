import Foundation
import JSON
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

  /// What inspect says of a model, with the kernels that are named.
  private func automatic(_ model: String, kernels: String) throws -> String? {
    let outcome = try Program.run(
      ["inspect", "--json", model], variables: ["T5RANK_KERNELS": kernels])
    #expect(outcome.status == 0, "\(outcome.errors)")
    let precision = try JSONValue(parsing: outcome.output)["precision"]
    #expect(precision?["default"]?.string == "fp32")
    return precision?["auto"]?.string
  }

  /// What the system says of its processors; empty where it does not.
  private static let processor =
    (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""

  @Test("auto is int8 only with instructions for it and for a model that bears it")
  func automatic() throws {
    let shipped = "\(Program.project)/weights/cross-encoder-mini"
    let other = "\(Program.project)/Tests/Fixtures/cross-encoders/bert-saved"
    for kernels in ["plain", "baseline"] {
      #expect(try automatic(shipped, kernels: kernels) == "fp32")
    }
    if Self.processor.contains(" avx512_vnni") {
      #expect(try automatic(shipped, kernels: "avx512vnni") == "int8")
      #expect(try automatic(other, kernels: "avx512vnni") == "fp32")
    }
    if Self.processor.contains(" avx512_bf16") {
      #expect(try automatic(shipped, kernels: "avx512bf16") == "int8")
      #expect(try automatic(other, kernels: "avx512bf16") == "bf16")
    }
  }

  @Test("auto says what it stands for")
  func automaticNote() throws {
    let outcome = try Program.run(
      ["--precision", "auto", "--query", "bees", Program.project + "/docs/sample/passages.txt"])
    #expect(outcome.status == 0 && outcome.errors.contains("--precision auto is "))
  }

  @Test("a precision that is none is refused")
  func unknown() throws {
    let outcome = try Program.run(["--precision", "fp8", "--query", "q"])
    #expect(outcome.status == 2)
    #expect(outcome.errors.contains("fp8"))
  }
}
