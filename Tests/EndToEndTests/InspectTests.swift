import JSON
import Testing

/// `t5rank inspect`.
struct InspectTests {
  private static let t5 = Program.project + "/weights/t5rank-mini"
  private static let bert = Program.project + "/weights/cross-encoder-mini"

  @Test("The shipped T5's sizes, prompts and tensors are shown as JSON")
  func t5() throws {
    let run = try Program.run(["inspect", Self.t5, "--json"])
    #expect(run.status == 0, "\(run.errors)")
    let report = try JSONValue(parsing: run.output)
    #expect(report["family"]?.string == "t5")
    #expect(report["architecture"]?["encoder_layers"]?.int == 6)
    #expect(report["architecture"]?["decoder_layers"]?.int == 2)
    #expect(report["architecture"]?["width"]?.int == 384)
    #expect(report["parameters"]?.int == 26_722_560)
    #expect(report["default_mode"]?.string == "mono")
    #expect(report["scalar_types"]?.object?.map(\.key) == ["BF16"])
    let prompts = try #require(report["prompts"]?.array)
    #expect(
      prompts.compactMap { $0["name"]?.string } == ["monot5", "rankt5-digits", "duot5"])
    let labels = prompts[0]["labels"]?.array?.map { $0["tokens"]?[0]?.int }
    // ▁false and ▁true.
    #expect(labels == [5274, 1999])
    let shared = report["tensors"]?.array?.first { $0["name"]?.string == "shared.weight" }
    #expect(shared?["shape"]?.array?.compactMap(\.int) == [29_632, 384])
    #expect(shared?["type"]?.string == "BF16")
  }

  @Test("The shipped cross-encoder's labels and score are shown")
  func bert() throws {
    let report = try JSONValue(parsing: Program.run(["inspect", Self.bert, "--json"]).output)
    #expect(report["family"]?.string == "bert")
    #expect(report["architecture"]?["labels"]?.int == 1)
    #expect(report["default_mode"]?.string == "cross")
    #expect(report["tokenizer"]?["pieces"]?.int == 30_522)
    #expect(report["prompts"]?.array?.isEmpty == true)
    #expect(report["score"]?.string == "probability")
  }

  @Test(
    "For people, tensors are grouped by repeated block",
    arguments: [
      ("t5rank-mini", "encoder.block.{0…5}.layer.0."), ("cross-encoder-mini", "layer.{0…5}."),
    ])
  func text(model: String, group: String) throws {
    let run = try Program.run(["inspect", Program.project + "/weights/" + model])
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.lines.count < 80)
    #expect(run.output.contains(group))
  }

  @Test("A text's tokens are shown with their pieces")
  func tokens() throws {
    let run = try Program.run(["inspect", Self.t5, "--text", "true </s>", "--json"])
    let tokens = try #require(JSONValue(parsing: run.output)["tokens"]?.array)
    #expect(tokens.first?["piece"]?.string == "▁true")
    #expect(tokens.first?["id"]?.int == 1999)
    #expect(!tokens.contains { $0["id"]?.int == 1 }, "text is no control token")
    let recognized = try Program.run(
      ["inspect", Self.t5, "--text", "true </s>", "--special-tokens", "recognized"])
    #expect(recognized.lines.count == 2)
    #expect(try recognized.line(1).contains("</s>"))
  }
}
