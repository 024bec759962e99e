/// A document that a search found, by its place in the collection.
package struct FoundDocument: Sendable, Hashable {
  /// From 0.
  package let index: Int
  package let score: Double

  init(_ entry: TopDocuments.Entry) {
    index = Int(entry.document)
    score = entry.score
  }
}
