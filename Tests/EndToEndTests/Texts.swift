import JSON
import Testing

/// A query and passages that any ranker worth the name puts in the same order.
enum Texts {
  static let query = "how do honey bees find their way home"

  static let bees =
    "Honey bees find their way home to the hive by the position of the sun and by landmarks."
  static let passages = [
    "The central bank raised interest rates by a quarter of a point on Wednesday.",
    bees,
    "Concrete is made of cement, water, sand and gravel.",
  ]

  static var passageLines: String { passages.map { $0 + "\n" }.joined() }

  /// A request in the short form.
  static func request(id: String = "q1", passages: [String] = passages) -> String {
    let value: JSONValue = [
      "qid": .string(id), "query": .string(query),
      "documents": .array(passages.map { .string($0) }),
    ]
    return value.serialized() + "\n"
  }

  /// A request in rank_llm's form, with members of its own.
  static let rankLLMRequest: String = {
    let value: JSONValue = [
      "query": ["qid": 7, "text": .string(query)],
      "candidates": .array(
        passages.enumerated().map { index, text in
          [
            "docid": .string("d\(index)"), "score": JSONValue(Double(3 - index)) ?? .null,
            "doc": ["text": .string(text), "source": "test"],
          ]
        }),
    ]
    return value.serialized() + "\n"
  }()

  /// The identifiers of a JSON Lines ranking, best first.
  static func order(_ line: String) throws -> [String] {
    let candidates = try #require(JSONValue(parsing: Array(line.utf8))["candidates"]?.array)
    return candidates.compactMap { $0["docid"]?.string ?? $0["docid"]?.number?.text }
  }
}
