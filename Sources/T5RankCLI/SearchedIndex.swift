import Kernels
import RankingCore
import Retrieval

/// The index that `t5rank search` searches: of words or of embeddings, as its directory has it.
enum SearchedIndex: Sendable {
  case words(BM25)
  case embeddings(EmbeddingRetriever)

  /// Opens the index, and the model that embeds queries for it.
  init(_ settings: SearchSettings) throws {
    let includesTexts = settings.format.hasTexts || settings.stages != nil
    guard !TokenVectorIndex.isPresent(at: settings.indexPath) else {
      throw UsageError(
        "--index: expected an index to search, found the token vectors of a ColBERT, with which "
          + "--vectors re-ranks, in \(printable(settings.indexPath))")
    }
    if EmbeddingIndex.isPresent(at: settings.indexPath) {
      try settings.refuseParameters()
      try settings.checkFirstStage(.encoder)
      let index = try EmbeddingIndex(path: settings.indexPath, verifying: settings.verification)
      var options = index.encoderOptions
      options.queryPrompt = settings.queryPrompt
      options.threads = settings.threads
      let encoder = try BiEncoder(
        path: settings.encoderPath.map(ModelPath.directory(of:)) ?? index.encoderPath,
        options: options)
      var retriever = try EmbeddingRetriever(index, encoder: encoder)
      retriever.includesTexts = includesTexts
      self = .embeddings(retriever)
    } else {
      let index = try BM25Index(path: settings.indexPath, verifying: settings.verification)
      try settings.refuseEncoder()
      try settings.checkFirstStage(.bm25)
      var retriever = BM25(index, parameters: try settings.parameters(of: index))
      retriever.includesTexts = includesTexts
      self = .words(retriever)
    }
  }

  /// What a cascade calls this stage.
  var stage: StageList.FirstKind {
    switch self {
    case .words: .bm25
    case .embeddings: .encoder
    }
  }

  var documentCount: Int {
    switch self {
    case .words(let retriever): retriever.index.documentCount
    case .embeddings(let retriever): retriever.index.documentCount
    }
  }

  /// Whether documents come with their texts.
  var storesTexts: Bool {
    switch self {
    case .words(let retriever): retriever.index.storesTexts
    case .embeddings(let retriever): retriever.index.storesTexts
    }
  }

  /// What a user should know.
  var notes: [String] {
    switch self {
    case .words: []
    case .embeddings(let retriever): retriever.encoder.notes
    }
  }

  /// The best documents for each query, or why there are none.
  func candidates(
    for queries: [Query], limit: Int, threads: Int
  ) throws -> [Result<Ranking, any Error>] {
    switch self {
    case .words(let retriever):
      return ThreadTeam.map(count: queries.count, threads: threads) { number in
        Result { try retriever.candidates(for: queries[number], limit: limit) }
      }
    case .embeddings(let retriever):
      return try retriever.candidates(for: queries, limit: limit).map { .success($0) }
    }
  }
}
