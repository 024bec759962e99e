import JSON
public import RankingCore

/// A query, its candidates, and what else came with them.
public struct RankingRequest: Sendable {
  /// What is asked; its text is not empty in a request that a reader gave.
  public let query: Query
  /// The candidates, in their given order; no identifier twice.
  public let documents: [Document]
  /// The file that the request came from; `-` is standard input.
  public let path: String
  /// Its line there, from 1; nil where there is none.
  public let line: Int?
  /// Members of the written request, in order: `query` in its final form, `candidates` still null.
  let envelope: JSONObject
  /// Members of each written candidate, aligned with `documents`; `score` is still the old one.
  let candidates: [JSONObject]

  /// A request with nothing but texts.
  public init(query: Query, documents: [Document], path: String = "-", line: Int? = nil) {
    self.init(
      query: query, documents: documents, path: path, line: line,
      envelope: [
        "query": ["qid": .string(query.id), "text": .string(query.text)], "candidates": nil,
      ],
      candidates: documents.map {
        ["docid": .string($0.id), "score": nil, "doc": ["text": .string($0.text)]]
      })
  }

  init(
    query: Query, documents: [Document], path: String, line: Int?, envelope: JSONObject,
    candidates: [JSONObject]
  ) {
    self.query = query
    self.documents = documents
    self.path = path
    self.line = line
    self.envelope = envelope
    self.candidates = candidates
  }

  /// The candidates as a ranking by the scores that came with them; nil unless each came with one, and none
  /// with a greater one than the candidate before it.
  public var given: Ranking? {
    let scores = candidates.compactMap { $0["score"]?.double }
    guard scores.count == documents.count, scores.allSatisfy(\.isFinite),
      zip(scores, scores.dropFirst()).allSatisfy({ $0 >= $1 })
    else { return nil }
    return Ranking(
      ordered: zip(documents, scores).enumerated().map { index, pair in
        RankedDocument(
          document: pair.0, score: pair.1, scale: .given, candidateIndex: index)
      })
  }

  /// Refuses what cannot be ranked: an empty query, no documents, an identifier twice.
  func validate() throws(FormatError) {
    guard query.text.unicodeScalars.contains(where: { !$0.properties.isWhitespace }) else {
      throw refusal("expected a query, found an empty one")
    }
    guard !documents.isEmpty else { throw refusal("expected documents, found none") }
    var seen = Set<ExactID>(minimumCapacity: documents.count)
    for document in documents where !seen.insert(ExactID(document.id)).inserted {
      throw refusal("expected each document id once, found \"\(shortened(document.id))\" twice")
    }
  }

  /// An error about this request, with its place and, where it has one, the query's identifier.
  public func refusal(_ reason: String) -> FormatError {
    let name = query.id.isEmpty ? "" : "query \(shortened(query.id)): "
    return FormatError(.malformed, path: path, line: line, reason: name + reason)
  }
}

/// Requests, one at a time, in the order in which they are to be ranked.
public protocol RequestSource {
  /// The next request, or why it cannot be ranked (the one after it may be good); nil at the end.
  ///
  /// - Throws: Only when nothing more can be read.
  mutating func next() throws(FormatError) -> Result<RankingRequest, FormatError>?

  /// Bytes that were not UTF-8 and became U+FFFD so far.
  var replacedBytes: Int { get }
}

/// A text for a message: its first characters, without control characters.
package func shortened(_ text: String) -> String { printable(text, atMost: 60) }
