import RankingCore
import Tokenization

/// What monoT5, RankT5 and a cross-encoder differ in; what they share is in the extension.
protocol PointwiseModel: Sendable {
  associatedtype Sequence: EncodedSequence

  var scale: ScoreScale { get }
  var runner: SequenceRunner<Sequence> { get }

  func encode(query: String) -> EncodedText
  func encode(document: String, for query: EncodedText) -> EncodedText
  func join(_ query: EncodedText, _ document: EncodedText) -> Sequence
  func score(_ logits: [Double]) -> PointwiseScore
}

/// The score of one document by itself.
struct PointwiseScore: Sendable {
  /// In the model's scale.
  let score: Double
  /// What documents are ordered by: as `score`, without saturating.
  let order: Double
  let distribution: [Double]?
}

extension PointwiseModel {
  /// Scores documents for one query.
  ///
  /// - Throws: `RerankingError`: `unusableQuery`, or `scoreNotFinite`.
  func score(
    _ documents: [Document], for query: Query, progress: Progress?
  ) throws(RerankingError) -> ScoredDocuments {
    try query.checkText()
    let texts = documents.map { (query: 0, document: $0.text) }
    let (scores, tally) = try run(
      texts, [query], name: { documents[$0].name(at: $0) }, progress: progress)
    return ScoredDocuments(scores, scale: scale, tally: tally)
  }

  /// Scores pairs, in their order; a query that several pairs share is encoded once.
  func score(_ pairs: [TextPair]) throws(RerankingError) -> [Double] {
    var numbers: [String: Int] = [:]
    var queries: [Query] = []
    var texts: [(query: Int, document: String)] = []
    texts.reserveCapacity(pairs.count)
    for (index, pair) in pairs.enumerated() {
      if let number = numbers[pair.query] {
        texts.append((number, pair.document))
        continue
      }
      let query = Query(id: "of pair \(index)", text: pair.query)
      try query.checkText()
      numbers[pair.query] = queries.count
      texts.append((queries.count, pair.document))
      queries.append(query)
    }
    return try run(texts, queries, name: { "of pair \($0)" }, progress: nil).scores.map(\.score)
  }

  private func run(
    _ texts: [(query: Int, document: String)], _ queries: [Query], name: (Int) -> String,
    progress: Progress?
  ) throws(RerankingError) -> (scores: [PointwiseScore], tally: ScoringTally) {
    var scores: [PointwiseScore] = []
    scores.reserveCapacity(texts.count)
    var tally = ScoringTally()
    var encoded = [EncodedQuery?](repeating: nil, count: queries.count)
    let digests = runner.cache == nil ? [] : queries.map { AnswerCache.digest(of: $0.text) }
    while scores.count < texts.count {
      let slice = texts[scores.count...].prefix(runner.sliceCount)
      let answers = try runner.answers(
        count: slice.count, tally: &tally,
        progress: Reranking.progress(ofPartAfter: slice.startIndex, of: texts.count, to: progress),
        keys: { cache in
          runner.map(count: slice.count) { offset in
            let (query, document) = slice[slice.startIndex + offset]
            return cache.key(
              query: digests[query], documents: [AnswerCache.digest(of: document)])
          }
        },
        encode: { offsets throws(RerankingError) in
          try encode(offsets.map { slice[slice.startIndex + $0] }, queries, &encoded)
        })
      for (offset, answer) in answers.enumerated() {
        let index = slice.startIndex + offset
        tally.note(answer, query: texts[index].query, documents: [index])
        let score = score(answer.logits)
        // A broken distribution breaks its expected value.
        for number in [score.order, score.score] where !number.isFinite {
          throw .scoreNotFinite(documentID: name(index), found: "\(number)")
        }
        scores.append(score)
      }
    }
    return (scores, tally)
  }

  /// The sequences of some texts.
  ///
  /// - Parameter encoded: Each query is encoded when it is first needed.
  private func encode(
    _ texts: [(query: Int, document: String)], _ queries: [Query], _ encoded: inout [EncodedQuery?]
  ) throws(RerankingError) -> [Sequence] {
    let used = texts.map { text in
      let query =
        encoded[text.query]
        ?? EncodedQuery(
          id: queries[text.query].id, text: encode(query: queries[text.query].text))
      encoded[text.query] = query
      return query
    }
    let sequences = runner.map(count: texts.count) { index in
      join(used[index].text, encode(document: texts[index].document, for: used[index].text))
    }
    for (query, sequence) in zip(used, sequences) { try query.check(sequence) }
    return sequences
  }
}

/// A query of some texts, encoded once.
struct EncodedQuery: Sendable {
  let id: String
  let text: EncodedText

  /// Refuses a sequence without any token: the model has nothing to read.
  func check(_ sequence: some EncodedSequence) throws(RerankingError) {
    guard !sequence.tokens.isEmpty else {
      throw .unusableQuery(
        id: id, reason: "expected a query or document that the tokenizer has tokens for, found none"
      )
    }
  }
}

extension Query {
  /// Refuses a query in which there is nothing to read.
  func checkText() throws(RerankingError) {
    guard text.unicodeScalars.contains(where: { !$0.properties.isWhitespace }) else {
      throw .unusableQuery(
        id: id, reason: "expected a query, found \(text.isEmpty ? "an empty one" : "white space")")
    }
  }
}

extension Document {
  /// What errors call the document: its identifier, or else its position.
  func name(at index: Int) -> String { id.isEmpty ? "at \(index)" : id }
}
