import RankingCore
import Retrieval
import Support

/// Documents of made-up words, some of which are far more frequent than others.
struct RandomCorpus {
  var documents: [Document] = []
  private let vocabulary: Int

  init(documents count: Int, vocabulary: Int, longest: Int, seed: UInt64) {
    var random = SeededRandom(seed: seed)
    self.vocabulary = vocabulary
    for number in 0..<count {
      let words = (0..<Int.random(in: 0...longest, using: &random)).map { _ in
        Self.word(in: vocabulary, &random)
      }
      documents.append(Document(id: "d\(number)", text: words.joined(separator: " ")))
    }
  }

  func query(words: Int, _ random: inout SeededRandom) -> Query {
    let words = (0..<words).map { _ in Self.word(in: vocabulary + 3, &random) }
    return Query(id: "q", text: words.joined(separator: " "))
  }

  /// The product of two even draws: word 0 is the most frequent by far.
  private static func word(in vocabulary: Int, _ random: inout SeededRandom) -> String {
    let draw = Double.random(in: 0..<1, using: &random) * Double.random(in: 0..<1, using: &random)
    return "w\(Int(draw * draw * Double(vocabulary)))"
  }

  /// An index of the documents, below a folder.
  func index(
    in folder: String, name: String = "index", analysis: TextAnalysis = TextAnalysis(),
    storesTexts: Bool = true, postingsInMemory: Int = BM25IndexBuilder.usualPostingsInMemory
  ) throws -> BM25Index {
    let builder = try BM25IndexBuilder(
      path: "\(folder)/\(name)", analysis: analysis, storesTexts: storesTexts,
      postingsInMemory: postingsInMemory)
    for document in documents { try builder.add(document) }
    try builder.finish()
    return try BM25Index(path: "\(folder)/\(name)", verifying: .everything)
  }
}

/// BM25 written down from its definition, over dictionaries.
struct PlainBM25 {
  private var frequencies: [[String: Int]] = []
  private var lengths: [Int] = []
  private let analysis: TextAnalysis
  private let parameters: BM25Parameters

  init(_ documents: [Document], analysis: TextAnalysis, parameters: BM25Parameters) {
    self.analysis = analysis
    self.parameters = parameters
    for document in documents {
      let terms = analysis.terms(of: document.text)
      frequencies.append(Dictionary(terms.map { ($0, 1) }, uniquingKeysWith: +))
      lengths.append(terms.count)
    }
  }

  /// Document numbers and scores of all that have a term of the query, best first.
  func ranking(for query: String, logarithm: (Double) -> Double) -> [(Int, Double)] {
    let terms = Dictionary(analysis.terms(of: query).map { ($0, 1) }, uniquingKeysWith: +)
    let mean = Double(lengths.reduce(0, +)) / Double(lengths.count)
    var scores: [Int: Double] = [:]
    for (term, occurrences) in terms {
      let having = frequencies.indices.filter { frequencies[$0][term] != nil }
      let n = Double(having.count)
      let idf = logarithm(1 + (Double(lengths.count) - n + 0.5) / (n + 0.5))
      for document in having {
        let f = Double(frequencies[document][term] ?? 0)
        let norm =
          parameters.k1 * (1 - parameters.b + parameters.b * Double(lengths[document]) / mean)
        scores[document, default: 0] += Double(occurrences) * idf * f / (f + norm)
      }
    }
    return scores.sorted { $0.value != $1.value ? $0.value > $1.value : $0.key < $1.key }
      .map { ($0.key, $0.value) }
  }
}
