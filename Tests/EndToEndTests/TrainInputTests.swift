import Checkpoints
import Digests
import Foundation
import JSON
import Support
import Testing

/// What `t5rank train` makes of recipes and data, good ones and bad ones.
@Suite struct TrainInputTests: TrainingSuite {
  @Test(
    "What a recipe says wrongly is named with its place",
    arguments: [
      ("\"steps\": 12", "\"steps\": 0", "steps: expected"),
      ("\"data\": \"examples.jsonl\", \"steps\"", "\"steps\"", "tasks[2]"),
      (
        "\"data\": \"examples.jsonl\", \"steps\"", "\"data\": [], \"steps\"",
        "data: expected a source"
      ),
      ("\"mode\": \"rank\"", "\"mode\": \"tank\"", "tasks[1].mode: expected one of"),
      ("\"listwise\": 1", "\"lustwise\": 1", "tasks[0].losses.lustwise"),
      ("\"rate\": 0.01", "\"rate\": -1", "optimizer.rate: expected"),
      (
        "\"mode\": \"rank\"", "\"pairs\": 2, \"mode\": \"rank\"",
        "tasks[1].pairs: expected no such key beside the mode rank"
      ),
      ("\"pairs\": 2", "\"pairs\": 2, \"losses\": {\"listwise\": 1}", "tasks[2].losses: expected"),
      ("\"dropout\": 0.1", "\"dropout\": 1", "dropout: expected"),
      ("\"dropout\": 0.1", "\"precision\": \"int8\"", "precision: expected one of fp32, bf16"),
      (
        "\"mode\": \"duo\", \"max_tokens\": 48, \"pairs\": 2",
        "\"mode\": \"cross\", \"max_tokens\": 48", "found both"
      ),
      ("\"listwise\": 1", "\"margin-mse\": 1", "tasks[0].losses.margin-mse: expected a teacher"),
      ("\"dropout\": 0.1", "\"freeze\": [\"encodr.\"]", "freeze: expected the beginning"),
      ("\"dropout\": 0.1", "\"freeze\": [\"\"]", "expected a parameter that is learnt"),
      ("\"beta2\": 0.95", "\"rates\": {\"x\": 1}", "optimizer.rates: expected the beginning"),
      ("\"beta2\": 0.95", "\"epsilon\": 0", "optimizer.epsilon: expected"),
      ("\"max_tokens\": 48", "\"max_tokens\": 1", "tasks[2]: expected a budget of at least"),
      ("\"data\": \"examples.jsonl\", \"steps\"", "\"data\": \"-\", \"steps\"", "found -"),
    ])
  func refusals(good: String, bad: String, message: String) throws {
    let model = try TinyModel()
    let folder = try folder(Self.recipe().replacingOccurrences(of: good, with: bad))
    let outcome = try train(model, into: "out", in: folder)
    #expect(outcome.status == 2, "\(outcome.status)")
    #expect(outcome.errors.contains(message), "\(outcome.errors)")
    #expect(!FileManager.default.fileExists(atPath: folder.path + "/out"))
  }

  @Test("A recipe that is not there, or is no JSON, is named with what was expected")
  func recipeFile() throws {
    let model = try TinyModel()
    let folder = try folder("{")
    let damaged = try train(model, into: "out", in: folder)
    #expect(damaged.status == 5 && damaged.errors.contains("recipe.json: expected JSON"))
    let missing = try Program.run(
      ["train", "--recipe", "none.json", "--model", model.path, "--output", "out"], in: folder)
    #expect(missing.status == 4 && missing.errors.contains("none.json: expected a recipe"))
  }

  @Test("A line that cannot be learnt from ends the training before it begins")
  func badData() throws {
    let model = try TinyModel()
    let folder = try folder()
    try folder.write(Self.examples + "\n{\"query\": 3}\n", to: "examples.jsonl")
    let outcome = try train(model, into: "out", in: folder)
    #expect(outcome.status == 5 && outcome.errors.contains("examples.jsonl:25"))
  }

  @Test("Data that teach nothing are refused with what is missing")
  func emptyData() throws {
    let model = try TinyModel()
    let folder = try folder()
    let pairs = (0..<6).map { "{\"query\": \"q\($0)\", \"positive\": \"p\($0)\"}\n" }.joined()
    try folder.write(pairs, to: "examples.jsonl")
    let alone = try train(model, into: "out", in: folder)
    #expect(alone.status == 5 && alone.errors.contains("t5rank mine finds negatives"))
    try folder.write(
      Self.examples.replacingOccurrences(of: ", \"scores\": [3, -1, -2]", with: ""),
      to: "examples.jsonl")
    let unscored = try train(model, into: "out", in: folder)
    #expect(unscored.status == 5 && unscored.errors.contains("teacher of tasks[1]"))
    #expect(!FileManager.default.fileExists(atPath: folder.path + "/out"))
  }

  @Test("Budgets beyond a BERT's positions are refused, its own and its teacher's")
  func budgets() throws {
    let weights = "\(Program.project)/weights"
    let small = "\(Program.project)/Tests/Fixtures/cross-encoders/bert-saved"
    let teacher = "\"teacher_model\": \"\(weights)/cross-encoder-mini\""
    for (model, task, positions) in [
      (small, "{\"mode\": \"cross\", \"max_tokens\": 100}", 64),
      (
        "\(weights)/cross-encoder-mini", "{\"mode\": \"states\", \"max_tokens\": 513, \(teacher)}",
        512
      ),
      // The teacher of a T5 reads a [CLS] more.
      ("\(weights)/t5rank-mini", "{\"mode\": \"states\", \"max_tokens\": 512, \(teacher)}", 511),
    ] {
      let folder = try folder(
        "{\"tasks\": [\(task)], \"data\": \"examples.jsonl\", \"steps\": 1}")
      let outcome = try Program.run(
        ["train", "--recipe", "recipe.json", "--model", model, "--output", "out"], in: folder)
      #expect(outcome.status == 2, "\(outcome.errors)")
      #expect(
        outcome.errors.contains("tasks[0]: max_tokens: expected at most \(positions)"),
        "\(outcome.errors)")
    }
  }

  @Test("Queries without a relevant passage and lines with an empty text are left out, and counted")
  func leftOut() throws {
    let model = try TinyModel()
    let folder = try folder()
    try folder.write(
      Self.examples + """

        {"query": "pear", "document": "a text on rivers", "label": 0}
        {"query": "plum", "positive": " ", "negatives": ["a text"]}

        """, to: "examples.jsonl")
    let outcome = try train(model, into: "out", in: folder)
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.errors.contains("2 examples left out, the first: examples.jsonl:26"))
  }

  @Test("Grades count by their size, and passages of two grades are a list")
  func grades() throws {
    let model = try TinyModel()
    let folder = try folder(
      """
      {"tasks": [{"mode": "mono", "max_tokens": 32, "losses": {"listwise": 1, "pairwise": 1}},
        {"mode": "rank", "max_tokens": 32}],
       "data": "rows.jsonl", "steps": 2, "tokens_per_step": 200, "validation_lists": 2}
      """)
    let gradings = [
      "graded": [3, 1, 0], "swapped": [1, 3, 0], "flat": [1, 1, 0], "positive": [3, 2, 1],
    ]
    var weights: [String: [UInt8]] = [:]
    for (name, grades) in gradings {
      let rows = (0..<8).flatMap { query in
        zip(["wholly", "partly", "badly"], grades).map { words, grade in
          "{\"query\": \"q\(query)\", \"document\": \"\(words) \(query)\", \"grade\": \(grade)}"
        }
      }
      try folder.write(rows.joined(separator: "\n"), to: "rows.jsonl")
      let outcome = try train(model, into: name, ["-q"], in: folder)
      #expect(outcome.status == 0, "\(outcome.errors)")
      weights[name] = try self.weights(name, in: folder)
    }
    #expect(Set(weights.values).count == gradings.count)
  }

  @Test("A prompt of one label is learnt by lists, and its label is compared with nothing")
  func oneLabel() throws {
    let model = try TinyModel()
    let task = { (more: String) in
      """
      {"tasks": [{"mode": "rank", "prompt": "rankt5", "max_tokens": 32\(more)}],
       "data": "examples.jsonl", "steps": 1, "tokens_per_step": 100, "validation_lists": 0}
      """
    }
    let folder = try folder(task(""))
    #expect(try train(model, into: "usual", ["-q"], in: folder).status == 0)
    try folder.write(task(", \"losses\": {\"listwise\": 1}"), to: "recipe.json")
    #expect(try train(model, into: "listwise", ["-q"], in: folder).status == 0)
    #expect(try weights("usual", in: folder) == weights("listwise", in: folder))
    #expect(try loss("usual", of: "tokens", in: folder) > 0)
    try folder.write(task(", \"losses\": {\"labels\": 1}"), to: "recipe.json")
    let refused = try train(model, into: "labels", in: folder)
    #expect(refused.status == 2 && refused.errors.contains("losses.labels: expected two labels"))
  }

  @Test("States are compared by what the recipe names")
  func stateWeights() throws {
    let weights = "\(Program.project)/weights"
    let recipe = { (losses: String) in
      """
      {"tasks": [{"mode": "states", "teacher_model": "\(weights)/cross-encoder-mini", "max_tokens": 24\(losses)}],
       "data": "examples.jsonl", "steps": 1, "tokens_per_step": 50, "validation_lists": 0}
      """
    }
    var losses: [Double] = []
    let folder = try folder()
    for named in [
      "", ", \"losses\": {\"cosine\": 1, \"mean-cosine\": 0.5, \"mse\": 0.25}",
      ", \"losses\": {\"mse\": 0.25}", ", \"losses\": {\"cosine\": 1}",
      ", \"losses\": {\"mean-cosine\": 0.5}",
    ] {
      try folder.write(recipe(named), to: "recipe.json")
      let outcome = try Program.run(
        [
          "train", "--recipe", "recipe.json", "--model", "\(weights)/t5rank-mini", "--output",
          "out", "-q",
        ], in: folder)
      #expect(outcome.status == 0, "\(outcome.errors)")
      losses.append(try loss("out", of: "tokens", in: folder))
    }
    #expect(losses[0] == losses[1])
    #expect(abs(losses[0] - losses[2...].reduce(0, +)) < 1e-6, "\(losses)")
    #expect(losses[2...].allSatisfy { $0 > 0 })
    try folder.write(recipe(", \"losses\": {}"), to: "recipe.json")
    let empty = try Program.run(
      ["train", "--recipe", "recipe.json", "--model", "\(weights)/t5rank-mini", "--output", "no"],
      in: folder)
    #expect(empty.status == 2 && empty.errors.contains("tasks[0].losses: expected at least one"))
  }

  @Test("All forms of data are read, and the card has the hash of each file and of the recipe")
  func forms() throws {
    let model = try TinyModel()
    let folder = try folder(
      """
      {"tasks": [{"mode": "mono", "max_tokens": 32}], "steps": 1, "tokens_per_step": 600, "validation_lists": 0,
       "data": ["examples.jsonl", "triples.tsv",
         {"triples": "ids.tsv", "queries": "queries.tsv", "collection": "corpus.tsv"},
         {"qrels": "qrels.txt", "run": "run.txt", "queries": "queries.tsv", "corpus": ["corpus.tsv", "more.tsv"]}]}
      """)
    try folder.write("plum\tall about the plum\ta text on pears\n", to: "triples.tsv")
    try folder.write("1\t7\t8\n", to: "ids.tsv")
    try folder.write("1\tpear\n2\tfig\n", to: "queries.tsv")
    try folder.write("7\tall about the pear\n8\ta text on figs\n", to: "corpus.tsv")
    try folder.write("9\tall about the fig\n", to: "more.tsv")
    // The document that is not there is left out with its query.
    try folder.write("1 0 7 1\n2 0 9 2\n3 0 404 1\n", to: "qrels.txt")
    try folder.write("1 Q0 8 1 2.5 t\n2 Q0 8 1 2.5 t\n", to: "run.txt")
    let outcome = try train(model, into: "out", in: folder)
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.errors.contains("1 example left out, the first: qrels.txt: query 3"))
    let card = try folder.read("out/README.md")
    for name in [
      "examples.jsonl", "triples.tsv", "ids.tsv", "queries.tsv", "corpus.tsv", "more.tsv",
      "qrels.txt",
      "run.txt",
    ] {
      #expect(card.contains("| `\(name)` | \(try hash(of: name, in: folder)) |"), "\(name)")
    }
    #expect(card.contains("(hash \(try hash(of: "out/recipe.json", in: folder)))"))
    #expect(card.contains("| prompt `monot5` of tasks[0] | "))
  }

  private func hash(of name: String, in folder: ScratchFolder) throws -> String {
    let bytes = try [UInt8](Data(contentsOf: URL(fileURLWithPath: "\(folder.path)/\(name)")))
    return bytes.withUnsafeBytes { SHA256.digest(of: $0).hexadecimal }
  }
}
