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
    let queries = [EncodedQuery(id: query.id, text: encode(query: query.text))]
    let (scores, tally) = try run(
      texts, queries, name: { documents[$0].name(at: $0) }, progress: progress)
    return ScoredDocuments(scores, scale: scale, tally: tally)
  }

  /// Scores pairs, in their order; a query that several pairs share is encoded once.
  func score(_ pairs: [TextPair]) throws(RerankingError) -> [Double] {
    var numbers: [String: Int] = [:]
    var queries: [EncodedQuery] = []
    var texts: [(query: Int, document: String)] = []
    texts.reserveCapacity(pairs.count)
    for (index, pair) in pairs.enumerated() {
      if let number = numbers[pair.query] {
        texts.append((number, pair.document))
        continue
      }
      try Query(id: "of pair \(index)", text: pair.query).checkText()
      numbers[pair.query] = queries.count
      texts.append((queries.count, pair.document))
      queries.append(EncodedQuery(id: "of pair \(index)", text: encode(query: pair.query)))
    }
    return try run(texts, queries, name: { "of pair \($0)" }, progress: nil).scores.map(\.score)
  }

  private func run(
    _ texts: [(query: Int, document: String)], _ queries: [EncodedQuery], name: (Int) -> String,
    progress: Progress?
  ) throws(RerankingError) -> (scores: [PointwiseScore], tally: ScoringTally) {
    var scores: [PointwiseScore] = []
    scores.reserveCapacity(texts.count)
    var tally = ScoringTally()
    while scores.count < texts.count {
      let start = scores.count
      let count = min(runner.sliceCount, texts.count - start)
      let sequences = runner.map(count: count) { offset in
        let (query, document) = texts[start + offset]
        let encoded = queries[query].text
        return join(encoded, encode(document: document, for: encoded))
      }
      for (offset, sequence) in sequences.enumerated() {
        let number = texts[start + offset].query
        try queries[number].check(sequence)
        tally.note(sequence, query: number, documents: [start + offset])
      }
      let logits = runner.logits(
        of: sequences, tally: &tally,
        progress: Reranking.progress(ofPartAfter: start, of: texts.count, to: progress))
      for logits in logits {
        let score = score(logits)
        // A broken distribution breaks its expected value.
        for number in [score.order, score.score] where !number.isFinite {
          throw .scoreNotFinite(documentID: name(scores.count), found: "\(number)")
        }
        scores.append(score)
      }
    }
    return (scores, tally)
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
