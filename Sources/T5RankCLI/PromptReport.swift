import JSON
import Reranking
import Tokenization

/// How a model is asked in one mode, or why it cannot be.
struct PromptReport: Sendable {
  let mode: Prompt.Mode
  private let prompt: Prompt?
  /// Token ids of each label, in label order.
  private let labels: [[TokenID]]
  private let budget: Int
  private let problem: String?

  init(_ mode: Prompt.Mode, of model: ModelDirectory) {
    self.mode = mode
    do {
      let prompt = try model.prompt(for: mode, options: RerankerOptions())
      self.prompt = prompt
      budget = model.usualMaximumTokens ?? prompt.maximumTokens
      do {
        labels = try ResolvedLabels(prompt, tokenizer: model.tokenizer).tokens
        problem = nil
      } catch {
        labels = []
        problem = String(describing: error)
      }
    } catch {
      prompt = nil
      labels = []
      budget = 0
      problem = String(describing: error)
    }
  }

  var json: JSONValue {
    var members: JSONObject = ["mode": .string(mode.rawValue)]
    if let prompt {
      members["name"] = .string(prompt.name)
      members["template"] = .string(prompt.template.text)
      members["scoring"] = .string(prompt.scoring.rawValue)
      members["labels"] = .array(
        prompt.labels.enumerated().map { index, label in
          [
            "pieces": .array(label.pieces.map { .string($0) }),
            "tokens": labels.isEmpty ? .null : .array(labels[index].map { JSONValue($0) }),
            "value": JSONValue(label.value) ?? .null,
          ]
        })
      members["max_tokens"] = JSONValue(budget)
      members["truncation"] = .string(prompt.truncation.rawValue)
    }
    if let problem { members["problem"] = .string(problem) }
    return .object(members)
  }

  /// For people: `mono  monot5: …`.
  var lines: [String] {
    var lines: [String] = []
    if let prompt {
      lines.append(
        "\(padded(mode.rawValue, to: 4))  \(prompt.name), \(prompt.scoring.rawValue), "
          + "at most \(grouped(budget)) tokens")
      lines.append("      \(visible(prompt.template.text))")
      if problem == nil {
        let words = prompt.labels.enumerated().map { index, label in
          let tokens = labels[index].map(String.init)
          return (label.pieces.map(visible) + tokens).joined(separator: noBreakSpace)
        }
        lines += wrappedItems("labels " + words.joined(separator: ", "), to: 72).map {
          "      " + $0
        }
      }
    } else {
      lines.append(mode.rawValue)
    }
    if let problem { lines.append("      unusable here: \(problem)") }
    return lines
  }
}

/// Holds the words of an item together.
let noBreakSpace = "\u{A0}"

/// Lines broken at spaces only, and no-break spaces become plain ones.
func wrappedItems(_ text: String, to width: Int) -> [String] {
  wrapped(text, to: width).map { $0.split(separator: noBreakSpace).joined(separator: " ") }
}

/// A text on one line of a terminal: line ends and other control characters spelt out.
func visible(_ text: String) -> String {
  text.unicodeScalars.map { scalar in
    switch scalar {
    case "\n": "\\n"
    case "\t": "\\t"
    default: scalar.properties.generalCategory == .control ? "\u{FFFD}" : String(scalar)
    }
  }.joined()
}
