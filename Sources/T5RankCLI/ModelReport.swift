import Checkpoints
import JSON
import RankingCore
import Reranking
import Tokenization
import Transformers

/// What `t5rank inspect` says about a model directory.
struct ModelReport: Sendable {
  private let model: ModelDirectory
  private let sizes: ModelSizes
  /// Empty for a model that is not asked in words.
  private let prompts: [PromptReport]
  /// What the score of a cross-encoder or a ColBERT means; nil for T5.
  private let score: String?
  /// The tokens of the text that was asked about.
  private let tokens: [TokenID]?

  init(_ model: ModelDirectory, tokens: [TokenID]?) throws {
    self.model = model
    self.tokens = tokens
    sizes = ModelSizes(model.architecture)
    switch model.architecture {
    case .t5:
      prompts = Prompt.Mode.allCases.map { PromptReport($0, of: model) }
      score = nil
    case .bert, .modernBERT, .deBERTa, .t5Classifier:
      prompts = []
      score = try CrossEncoder(model, options: RerankerOptions()).scale.rawValue
    case .colBERT:
      prompts = []
      score = try ColBERT(model, options: RerankerOptions()).scale.rawValue
    }
  }

  /// What a known checkpoint is in place of a re-ranker.
  private var reasonNotToRank: String? {
    guard case .doesNotRank(let reason) = model.knownCheckpoint?.use else { return nil }
    return reason
  }

  /// What the tensors take in their files, headers aside.
  private var byteCount: Int {
    model.tensors.reduce(0) { $0 + $1.count * $1.scalarType.byteCount }
  }

  /// How many tensors have each scalar type.
  private var scalarTypes: [(name: String, count: Int)] {
    Dictionary(grouping: model.tensors, by: \.scalarType.rawValue)
      .map { (name: $0.key, count: $0.value.count) }.sorted { $0.name < $1.name }
  }

  private var tokenizerName: String {
    switch model.tokenizer {
    case is WordPieceTokenizer: "WordPiece"
    case let tokenizer as PipelineTokenizer: tokenizer.modelName
    case is ByteTokenizer: "bytes"
    default: "SentencePiece"
    }
  }

  // MARK: JSON

  var json: JSONValue {
    var members: JSONObject = [
      "path": .string(model.path), "family": .string(sizes.family),
      "architecture": .object(JSONObject(sizes.sizes.map { (key: $0.name, value: $0.value) })),
      "parameters": JSONValue(model.parameterCount), "bytes": JSONValue(byteCount),
      "scalar_types": .object(
        JSONObject(scalarTypes.map { (key: $0.name, value: JSONValue($0.count)) })),
      "tokenizer": [
        "kind": .string(tokenizerName), "pieces": JSONValue(model.tokenizer.vocabularySize),
      ],
      "default_mode": .string(model.defaultMode.rawValue),
    ]
    members["known_as"] = model.knownCheckpoint.map { .string($0.name) }
    members["precision"] = [
      "default": .string(model.precision(nil).rawValue),
      "auto": .string(model.precision(.auto).rawValue),
    ]
    members["no_reranker"] = reasonNotToRank.map { .string($0) }
    members["score"] = score.map { .string($0) }
    members["prompts"] = .array(prompts.map(\.json))
    members["tensors"] = .array(
      model.tensors.map { tensor in
        [
          "name": .string(tensor.name), "shape": .array(tensor.shape.map { JSONValue($0) }),
          "type": .string(tensor.scalarType.rawValue),
        ]
      })
    members["tokens"] = tokens.map { tokens in
      .array(
        tokens.map { token in
          [
            "piece": model.tokenizer.piece(for: token).map { .string($0) } ?? .null,
            "id": JSONValue(token),
          ]
        })
    }
    return .object(members)
  }

  // MARK: Text

  /// For people.
  var text: String {
    if let tokens { return text(of: tokens) }
    var blocks = [summary]
    if !prompts.isEmpty {
      blocks.append((["prompts"] + prompts.flatMap(\.lines).map { "  " + $0 }))
    }
    blocks.append(tensorLines)
    return blocks.map { $0.joined(separator: "\n") }.joined(separator: "\n\n") + "\n"
  }

  private var summary: [String] {
    let types = scalarTypes.map { "\(grouped($0.count)) \($0.name)" }.joined(separator: ", ")
    let sizes = sizes.sizes.map { name, value in
      let words =
        name.split(separator: "_") + [
          Substring(value.int.map(grouped) ?? value.string ?? value.serialized())
        ]
      return words.joined(separator: noBreakSpace)
    }
    var rows: [(String, String)] = [
      ("family", self.sizes.family), ("sizes", sizes.joined(separator: ", ")),
      ("parameters", grouped(model.parameterCount)),
      (
        "weights",
        "\(grouped(byteCount)) bytes in \(grouped(model.tensors.count)) tensors: \(types)"
      ),
      ("tokenizer", "\(tokenizerName), \(grouped(model.tokenizer.vocabularySize)) pieces"),
      ("default mode", model.defaultMode.rawValue),
      (
        "precision",
        model.precision(nil).rawValue
          + ", with --precision auto on this machine \(model.precision(.auto).rawValue)"
      ),
    ]
    if let known = model.knownCheckpoint {
      rows.append(("known as", known.name + (reasonNotToRank.map { ": \($0)" } ?? "")))
    }
    if let score { rows.append(("score", score)) }
    let width = 14
    let lines = rows.flatMap { name, value in
      wrappedItems(value, to: 80 - width - 2).enumerated().map { index, line in
        "  " + padded(index == 0 ? name : "", to: width) + line
      }
    }
    return [model.path] + lines
  }

  private var tensorLines: [String] {
    let groups = TensorGroup.groups(of: model.tensors)
    let width = groups.map(\.name.count).max() ?? 0
    let lines = groups.map { group in
      let shape = group.shape.map(String.init).joined(separator: ", ")
      return "  \(padded(group.name, to: width))  \(group.scalarType.rawValue) [\(shape)]"
    }
    return ["tensors"] + lines
  }

  private func text(of tokens: [TokenID]) -> String {
    let width = tokens.map { String($0).count }.max() ?? 0
    return tokens.map { token in
      let id = String(token)
      let piece = model.tokenizer.piece(for: token) ?? "?"
      return String(repeating: " ", count: width - id.count) + "\(id)  \(visible(piece))\n"
    }.joined()
  }
}
