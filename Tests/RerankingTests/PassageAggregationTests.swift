import RankingCore
import Reranking
import Support
import Testing
import Tokenization

@Suite("Documents read in windows")
struct PassageAggregationTests {
  private static let heading = "Title: Bees 🐝 Content: "
  private static let sentences = [
    "Vaccines train the immune system to recognise a pathogen.", "Crème brûlée is a dessert!",
    "The wing of an aircraft produces lift by turning the flow of air downwards.",
    "Emoji such as 👩‍👩‍👧 and 🇫🇷 are several code points.",
    "Cafe\u{301} has a combining mark, and does it matter?",
    "A vaccine shows the body a harmless part of a virus, and the body makes antibodies.",
    "The capital of France is Paris.", "It lies on the Seine and has two million inhabitants.",
  ]
  private static let gaps = [" ", "\r\n", "  ", "\n\n"]

  /// A document of whole sentences with leading blanks, and where they stand.
  private func document(
    _ count: Int, hasHeading: Bool, using random: inout SeededRandom
  ) -> (document: Document, sentences: [Range<Int>]) {
    let bodyStart = hasHeading ? Self.heading.unicodeScalars.count : 0
    var text = (hasHeading ? Self.heading : "") + " \r\n"
    var places: [Range<Int>] = []
    for _ in 0..<count {
      let sentence = Self.sentences.randomElement(using: &random) ?? ""
      let start = text.unicodeScalars.count
      places.append(start..<start + sentence.unicodeScalars.count)
      text += sentence + (Self.gaps.randomElement(using: &random) ?? "")
    }
    return (Document(id: "d\(count)", text: text, bodyStart: bodyStart), places)
  }

  /// The windows of whole sentences, enumerated from each sentence that may begin one.
  private func windows(
    _ sentences: [Range<Int>], tokens: [Int], room: Int, stride: Int
  ) -> [Range<Int>] {
    var windows: [Range<Int>] = []
    var start = 0
    while windows.last?.upperBound != sentences.last?.upperBound {
      var end = start + 1
      while end < sentences.count, tokens[start...end].reduce(0, +) <= room { end += 1 }
      let window = sentences[start].lowerBound..<sentences[end - 1].upperBound
      var next = start + 1
      if window.upperBound > windows.last?.upperBound ?? 0 {
        windows.append(window)
        while next < end, tokens[start..<next].reduce(0, +) < stride { next += 1 }
      }
      start = next
    }
    return windows
  }

  @Test(
    "Scores and windows are those of a direct computation",
    arguments: [RankingMode.mono, .rank, .cross])
  func direct(mode: RankingMode) throws {
    let model = try ShippedModel.model(for: mode)
    func scorer(_ options: RerankerOptions) throws -> any PointwiseScorer {
      switch mode {
      case .cross: try CrossEncoder(model, options: options)
      case .rank: try RankT5(model, options: options)
      default: try MonoT5(model, options: options)
      }
    }
    var random = SeededRandom(seed: 17)
    let (size, stride) = (60, 25)
    let made = [(1, false), (2, true), (6, false), (9, true), (14, false)].map {
      document($0.0, hasHeading: $0.1, using: &random)
    }
    let plain = try scorer(RerankerOptions())
    var scores: [[Double]] = []
    var places: [[Range<Int>]] = []
    for (document, sentences) in made {
      func count(_ range: Range<Int>) -> Int {
        let scalars = Array(document.text.unicodeScalars)[range]
        return model.tokenizer.encode(String(String.UnicodeScalarView(scalars))).count
      }
      let headingTokens = count(0..<document.bodyStart)
      let all = 0..<document.text.unicodeScalars.count
      let cuts =
        count(all) <= size
        ? [all]
        : windows(
          sentences, tokens: sentences.map(count), room: size - headingTokens, stride: stride)
      places.append(cuts)
      scores.append(
        try cuts.map { cut in
          let scalars = Array(document.text.unicodeScalars)
          let opening = scalars[..<(cut == all ? 0 : document.bodyStart)] + scalars[cut]
          let text = String(String.UnicodeScalarView(opening))
          return try plain.scores(for: [TextPair(Passages.query.text, text)])[0]
        })
    }
    #expect(places.contains { $0.count == 1 } && places.contains { $0.count > 3 })

    for rule in PassageAggregation.allCases where rule != .first {
      var options = RerankerOptions()
      options.passages = rule
      options.windowTokens = size
      options.windowStride = stride
      let windowed = try scorer(options)
      let documents = made.map(\.document)
      let scored = try windowed.scores(of: documents, for: Passages.query, progress: nil)
      #expect(scored.statistics.windows == places.reduce(0) { $0 + $1.count })
      #expect(scored.statistics.forwardPasses == scored.statistics.windows)
      #expect(scored.statistics.shortenedDocuments == 0)
      #expect(
        try windowed.scores(for: documents.map { TextPair(Passages.query.text, $0.text) })
          .prefix(1) == scored.scores.prefix(1))
      for (index, scores) in scores.enumerated() {
        let best = scores.indices.max { (scores[$0], $1) < (scores[$1], $0) }
        #expect(scored.windows[index] == best.map { places[index][$0] }, "\(mode) \(index)")
        let ordered = scores.sorted(by: >)
        let expected =
          switch rule {
          case .first, .max: ordered[0]
          case .mean: scores.reduce(0, +) / Double(scores.count)
          case .sum: scores.reduce(0, +)
          case .top2: ordered.count > 1 ? (ordered[0] + ordered[1]) / 2 : ordered[0]
          }
        #expect(scored.scores[index] == expected, "\(mode) \(rule) \(index)")
      }
      let ranking = scored.ranking(of: documents)
      #expect(zip(ranking, ranking.dropFirst()).allSatisfy { $0.score >= $1.score })
      #expect(ranking.allSatisfy { $0.window == scored.windows[$0.candidateIndex] })
    }
  }

  @Test(
    "A document that fits is scored as from its start, an empty one too",
    arguments: RankingMode.allCases)
  func short(mode: RankingMode) throws {
    guard mode != .duo else { return }
    let model = try ShippedModel.model(for: mode)
    // The tiny ColBERT reads 24 tokens.
    let longest = mode == .colbert ? 20 : 500
    let documents = Passages.documents.filter { $0.text.count <= longest }
    var options = RerankerOptions()
    options.mode = mode
    let plain = try model.reranker(options).rerank(documents, for: Passages.query, progress: nil)
    options.passages = .max
    let read = try model.reranker(options).rerank(documents, for: Passages.query, progress: nil)
    #expect(read.ranking.map(\.score) == plain.ranking.map(\.score))
    #expect(read.ranking.map(\.candidateIndex) == plain.ranking.map(\.candidateIndex))
    #expect(read.ranking.allSatisfy { $0.window == 0..<$0.document.text.unicodeScalars.count })
    #expect(plain.ranking.allSatisfy { $0.window == nil })
    #expect(plain.statistics.windows == 0 && read.statistics.windows == documents.count)
  }

  @Test(
    "Windows take as much as the prompt has room for, and nothing is cut away",
    arguments: [1, 300, 600])
  func usualWindows(queryWords: Int) throws {
    let query = Query(text: String(repeating: "vaccine ", count: queryWords))
    for model in [try ShippedModel.t5(), try ShippedModel.bert()] {
      var options = RerankerOptions()
      options.passages = .max
      options.truncation = .document
      let statistics = try model.reranker(options)
        .rerank(Passages.documents, for: query, progress: nil).statistics
      #expect(statistics.shortenedDocuments == 0)
      #expect(statistics.windows > Passages.documents.count)
    }
  }

  @Test("duo reads of each document the window that mono chose, and the document comes back whole")
  func duo() throws {
    let model = try ShippedModel.t5()
    var random = SeededRandom(seed: 2)
    let documents = [3, 8, 12].map { document($0, hasHeading: true, using: &random).document }
    var options = RerankerOptions()
    options.passages = .max
    options.windowTokens = 40
    options.mode = .monoDuo
    let result = try model.reranker(options).rerank(documents, for: Passages.query, progress: nil)
    options.mode = .mono
    let mono = try model.reranker(options)
      .rerank(documents, for: Passages.query, progress: nil).ranking
    let excerpts = mono.map { entry in
      Document(id: entry.document.id, text: entry.document.excerpt(entry.window ?? 0..<0))
    }
    let duo = try DuoT5(model).rerank(excerpts, for: Passages.query).ranking
    #expect(result.ranking.map(\.score) == duo.map(\.score))
    #expect(result.ranking.map(\.document.id) == duo.map(\.document.id))
    for entry in result.ranking {
      #expect(entry.document == documents[entry.candidateIndex])
      #expect(entry.window == mono.first { $0.candidateIndex == entry.candidateIndex }?.window)
    }
    options.mode = .duo
    #expect(throws: RerankingError.self) { try model.reranker(options) }
  }

  @Test("Of equally good windows the first is named")
  func equalWindows() throws {
    let model = try ShippedModel.t5()
    let sentence = Self.sentences[0]
    var options = RerankerOptions()
    options.passages = .max
    options.windowTokens = model.tokenizer.encode(sentence).count
    options.windowStride = options.windowTokens
    let document = Document(text: Array(repeating: sentence, count: 5).joined(separator: " "))
    let scored = try MonoT5(model, options: options).scores(of: [document], for: Passages.query)
    #expect(scored.statistics.windows == 5)
    #expect(scored.windows == [0..<sentence.unicodeScalars.count])
  }

  @Test(
    "Windows that cannot be are refused",
    arguments: [(0, nil), (5, 0), (5, 6), (nil, 0)] as [(Int?, Int?)])
  func refusals(size: Int?, stride: Int?) throws {
    var options = RerankerOptions()
    options.passages = .mean
    options.windowTokens = size
    options.windowStride = stride
    #expect(throws: RerankingError.self) { try MonoT5(ShippedModel.t5(), options: options) }
  }
}
