import RankingCore
import Retrieval

/// Takes documents one after another, and makes an index of them.
protocol IndexBuilder: AnyObject {
  var documentCount: Int { get }
  /// What is to be removed if the process ends now.
  var unfinishedPaths: [String] { get }
  func add(_ document: Document) throws
  func finish() throws
}

extension EmbeddingIndexBuilder: IndexBuilder {}
extension TokenVectorIndexBuilder: IndexBuilder {}

/// A builder of a BM25 index that shows how far it is.
final class WordIndexBuilder: IndexBuilder {
  let builder: BM25IndexBuilder
  private let progress: (Int) -> Void

  init(_ builder: BM25IndexBuilder, progress: @escaping (_ terms: Int) -> Void) {
    self.builder = builder
    self.progress = progress
  }

  var documentCount: Int { builder.documentCount }
  var unfinishedPaths: [String] { builder.unfinishedPaths }
  func add(_ document: Document) throws { try builder.add(document) }
  func finish() throws { try builder.finish(progress: progress) }
}
