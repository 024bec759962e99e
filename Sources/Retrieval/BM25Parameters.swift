/// The two constants of BM25.
public struct BM25Parameters: Sendable, Hashable {
  /// How slowly a term's weight saturates with its frequency; 0 counts presence alone.
  public let k1: Double
  /// How far a document's length discounts its frequencies, 0…1.
  public let b: Double

  /// Anserini's defaults, tuned on MS MARCO's kind of passages.
  public static let usual = BM25Parameters(checked: 0.9, 0.4)

  /// - Throws: `RetrievalError.unusableParameters` unless 0 ≤ k1 ≤ 1000 and 0 ≤ b ≤ 1.
  public init(k1: Double, b: Double) throws(RetrievalError) {
    guard (0...1000).contains(k1) else {
      throw .unusableParameters(reason: "k1: expected a number from 0 to 1000, found \(k1)")
    }
    guard (0...1).contains(b) else {
      throw .unusableParameters(reason: "b: expected a number from 0 to 1, found \(b)")
    }
    self.init(checked: k1, b)
  }

  private init(checked k1: Double, _ b: Double) {
    self.k1 = k1
    self.b = b
  }
}
