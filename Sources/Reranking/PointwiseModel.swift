import RankingCore
import Tokenization

/// What monoT5, RankT5 and a cross-encoder differ in; what they share is in the extension.
protocol PointwiseModel: Sendable {
  associatedtype Sequence: EncodedSequence

  var scale: ScoreScale { get }
  var runner: SequenceRunner<Sequence> { get }
  /// nil: documents are read from their start only.
  var windows: WindowSettings? { get }

  /// How many tokens of a document go into a sequence with the query.
  func documentRoom(beside query: EncodedText) -> Int
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
  /// The best of the document's windows, if it was read in windows.
  var window: Range<Int>? = nil
}

extension PointwiseModel {
  /// Scores documents for one query.
  ///
  /// - Throws: `RerankingError`: `unusableQuery`, or `scoreNotFinite`.
  func score(
    _ documents: [Document], for query: Query, progress: Progress?
  ) throws(RerankingError) -> ScoredDocuments {
    try query.checkText()
    let texts = documents.map { (query: 0, document: $0) }
    let queries = [EncodedQuery(id: query.id, text: encode(query: query.text))]
    let (scores, tally) = try run(
      texts, queries, name: { documents[$0].name(at: $0) }, progress: progress)
    return ScoredDocuments(scores, scale: scale, tally: tally)
  }

  /// Scores pairs, in their order; a query that several pairs share is encoded once.
  func score(_ pairs: [TextPair]) throws(RerankingError) -> [Double] {
    var numbers: [String: Int] = [:]
    var queries: [EncodedQuery] = []
    var texts: [(query: Int, document: Document)] = []
    texts.reserveCapacity(pairs.count)
    for (index, pair) in pairs.enumerated() {
      let document = Document(text: pair.document)
      if let number = numbers[pair.query] {
        texts.append((number, document))
        continue
      }
      try Query(id: "of pair \(index)", text: pair.query).checkText()
      numbers[pair.query] = queries.count
      texts.append((queries.count, document))
      queries.append(EncodedQuery(id: "of pair \(index)", text: encode(query: pair.query)))
    }
    return try run(texts, queries, name: { "of pair \($0)" }, progress: nil).scores.map(\.score)
  }

  private func run(
    _ texts: [(query: Int, document: Document)], _ queries: [EncodedQuery], name: (Int) -> String,
    progress: Progress?
  ) throws(RerankingError) -> (scores: [PointwiseScore], tally: ScoringTally) {
    let parts = parts(of: texts, queries)
    let progress = progress.map { report -> Progress in
      // In documents, of which each may have several parts.
      { finished, total in
        report(
          total == texts.count ? finished : finished * texts.count / max(total, 1), texts.count)
      }
    }
    var scores: [PointwiseScore] = []
    scores.reserveCapacity(parts.count)
    var tally = ScoringTally()
    while scores.count < parts.count {
      let start = scores.count
      let count = min(runner.sliceCount, parts.count - start)
      let sequences = runner.map(count: count) { offset in
        let part = parts[start + offset]
        let encoded = queries[part.query].text
        return join(encoded, encode(document: part.text, for: encoded))
      }
      for (offset, sequence) in sequences.enumerated() {
        let part = parts[start + offset]
        try queries[part.query].check(sequence)
        tally.note(sequence, query: part.query, documents: [part.document])
      }
      let logits = runner.logits(
        of: sequences, tally: &tally,
        progress: Reranking.progress(ofPartAfter: start, of: parts.count, to: progress))
      for logits in logits {
        scores.append(try score(logits).checked(name(parts[scores.count].document)))
      }
    }
    guard let windows else { return (scores, tally) }
    tally.add(windows: parts.count)
    return (try aggregated(scores, of: parts, by: windows, name: name), tally)
  }

  /// What goes through the model: each document, or each of its windows.
  private func parts(
    of texts: [(query: Int, document: Document)], _ queries: [EncodedQuery]
  ) -> [DocumentPart] {
    guard let windows else {
      return texts.enumerated().map { index, text in
        DocumentPart(document: index, query: text.query, text: text.document.text, window: nil)
      }
    }
    let splitters = queries.map { windows.splitter(room: documentRoom(beside: $0.text)) }
    return runner.map(count: texts.count) { index in
      splitters[texts[index].query].windowedTexts(of: texts[index].document).map { window, text in
        DocumentPart(document: index, query: texts[index].query, text: text, window: window)
      }
    }.flatMap { $0 }
  }

  /// A score for each document from those of its windows.
  private func aggregated(
    _ scores: [PointwiseScore], of parts: [DocumentPart], by settings: WindowSettings,
    name: (Int) -> String
  ) throws(RerankingError) -> [PointwiseScore] {
    var results: [PointwiseScore] = []
    var start = 0
    while start < parts.count {
      var end = start
      while end < parts.count, parts[end].document == parts[start].document { end += 1 }
      let score = settings.score(scores[start..<end], of: parts[start..<end].compactMap(\.window))
      results.append(try score.checked(name(parts[start].document)))
      start = end
    }
    return results
  }
}

/// What of a document goes through a model at once.
private struct DocumentPart: Sendable {
  let document: Int
  let query: Int
  let text: String
  /// nil: as much from its start as there is room for.
  let window: Range<Int>?
}

extension PointwiseScore {
  /// Refuses numbers that are not finite; a broken distribution breaks its expected value.
  fileprivate func checked(
    _ documentName: @autoclosure () -> String
  ) throws(RerankingError) -> PointwiseScore {
    for number in [order, score] where !number.isFinite {
      throw .scoreNotFinite(documentID: documentName(), found: "\(number)")
    }
    return self
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
