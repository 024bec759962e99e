import RankingCore
import Tokenization

/// What monoT5, RankT5, a cross-encoder and a ColBERT differ in; what they share is in the extension.
protocol PointwiseModel: Sendable {
  associatedtype Sequence: EncodedSequence
  /// What is made of a query once, for all of its documents.
  associatedtype Question: Sendable

  var scale: ScoreScale { get }
  var runner: SequenceRunner<Sequence> { get }
  /// nil: documents are read from their start only.
  var windows: WindowSettings? { get }

  /// How many tokens of a document go into a sequence with the query.
  func documentRoom(besideQuery query: String) -> Int
  /// - Parameter tally: Is told what of the query went through the model.
  func encode(query: String, tally: inout ScoringTally) -> Question
  /// - Parameter document: Its text is what goes through the model, maybe a part of the whole one's.
  func encode(_ document: Document, for question: Question) -> Sequence
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
    let (scores, tally) = try run(
      texts, [query], name: { documents[$0].name(at: $0) }, progress: progress)
    return ScoredDocuments(scores, scale: scale, tally: tally)
  }

  /// Scores pairs, in their order; a query that several pairs share is encoded once.
  func score(_ pairs: [TextPair]) throws(RerankingError) -> [Double] {
    // By their bytes: texts that Swift holds to be equal may have other tokens.
    var numbers: [ExactID: Int] = [:]
    var queries: [Query] = []
    var texts: [(query: Int, document: Document)] = []
    texts.reserveCapacity(pairs.count)
    for (index, pair) in pairs.enumerated() {
      let document = Document(text: pair.document)
      if let number = numbers[ExactID(pair.query)] {
        texts.append((number, document))
        continue
      }
      let query = Query(id: "of pair \(index)", text: pair.query)
      try query.checkText()
      numbers[ExactID(pair.query)] = queries.count
      texts.append((queries.count, document))
      queries.append(query)
    }
    return try run(texts, queries, name: { "of pair \($0)" }, progress: nil).scores.map(\.score)
  }

  private func run(
    _ texts: [(query: Int, document: Document)], _ queries: [Query], name: (Int) -> String,
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
    var encoded = [EncodedQuery<Question>?](repeating: nil, count: queries.count)
    var questionTally = ScoringTally()
    let digests = runner.cache == nil ? [] : queries.map { AnswerCache.digest(of: $0.text) }
    while scores.count < parts.count {
      let slice = parts[scores.count...].prefix(runner.sliceCount)
      let answers = try runner.answers(
        count: slice.count, tally: &tally,
        progress: Reranking.progress(ofPartAfter: slice.startIndex, of: parts.count, to: progress),
        keys: { cache in
          runner.map(count: slice.count) { offset in
            let part = slice[slice.startIndex + offset]
            return cache.key(
              query: digests[part.query], documents: [AnswerCache.digest(of: part.text)])
          }
        },
        encode: { offsets throws(RerankingError) in
          try encode(
            offsets.map { slice[slice.startIndex + $0] }, queries, &encoded, &questionTally)
        })
      for (part, answer) in zip(slice, answers) {
        tally.note(answer, query: part.query, documents: [part.document])
        scores.append(try score(answer.logits).checked(name(part.document)))
      }
    }
    tally.add(questionTally.statistics)
    guard let windows else { return (scores, tally) }
    tally.add(windows: parts.count)
    return (try aggregated(scores, of: parts, by: windows, name: name), tally)
  }

  /// The sequences of some parts.
  ///
  /// - Parameter encoded: Each query is encoded when it is first needed.
  private func encode(
    _ parts: [DocumentPart], _ queries: [Query], _ encoded: inout [EncodedQuery<Question>?],
    _ tally: inout ScoringTally
  ) throws(RerankingError) -> [Sequence] {
    let used = parts.map { part in
      let query =
        encoded[part.query]
        ?? EncodedQuery(
          id: queries[part.query].id,
          text: encode(query: queries[part.query].text, tally: &tally))
      encoded[part.query] = query
      return query
    }
    let sequences = runner.map(count: parts.count) { index in
      let part = parts[index]
      return encode(Document(id: part.id, text: part.text), for: used[index].text)
    }
    for (query, sequence) in zip(used, sequences) { try sequence.check(queryID: query.id) }
    return sequences
  }

  /// What goes through the model: each document, or each of its windows.
  private func parts(
    of texts: [(query: Int, document: Document)], _ queries: [Query]
  ) -> [DocumentPart] {
    guard let windows else {
      return texts.enumerated().map { index, text in
        DocumentPart(
          document: index, id: text.document.id, query: text.query, text: text.document.text,
          window: nil)
      }
    }
    let splitters = queries.map {
      windows.splitter(room: documentRoom(besideQuery: $0.text))
    }
    return runner.map(count: texts.count) { index in
      splitters[texts[index].query].windowedTexts(of: texts[index].document).map { window, text in
        DocumentPart(
          document: index, id: texts[index].document.id, query: texts[index].query, text: text,
          window: window)
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
  /// The document's.
  let id: String
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
struct EncodedQuery<Text: Sendable>: Sendable {
  let id: String
  let text: Text
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
