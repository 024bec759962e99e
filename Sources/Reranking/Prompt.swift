/// How a T5 is asked about documents, and how its answer becomes a score: one file of `prompts/`.
public struct Prompt: Sendable, Hashable {
  /// What one prompt asks about.
  public enum Mode: String, Sendable, Hashable, CaseIterable {
    /// One document: is it relevant?
    case mono
    /// One document: how relevant is it?
    case rank
    /// Two documents: is the first more relevant than the second?
    case duo

    /// How many documents one prompt holds.
    public var documentCount: Int { self == .duo ? 2 : 1 }

    /// The template's fields, the documents in the order in which they are handed over.
    public var fields: [PromptTemplate.Field] { [.query] + documentFields }

    var documentFields: [PromptTemplate.Field] {
      self == .duo ? [.document0, .document1] : [.document]
    }
  }

  /// How the labels' likelihoods become a score.
  public enum Scoring: String, Sendable, Hashable, CaseIterable {
    /// log p(positive) − log p(negative), of the labels with the values 1 and 0.
    case logOdds = "log-odds"
    /// Σ value · p over all labels, p normalised over them.
    case expectedValue = "expected-value"
    /// The raw first-step logit of the only label.
    case logit
  }

  /// An answer that the model may give.
  public struct Label: Sendable, Hashable {
    /// The answer's vocabulary pieces, in the order in which the decoder emits them.
    public let pieces: [String]
    /// What the answer stands for: 1 and 0 for log-odds, the rating for an expected value.
    public let value: Double

    /// A label of at least one piece.
    public init(pieces: [String], value: Double) {
      self.pieces = pieces
      self.value = value
    }
  }

  /// What the prompt is called; for a shipped prompt, its file's name.
  public let name: String
  /// What the prompt asks, and for which checkpoints.
  public let description: String
  /// The paper or checkpoint that words the prompt so.
  public let source: String
  /// What one prompt asks about.
  public let mode: Mode
  /// The prompt's words.
  public let template: PromptTemplate
  /// The answers that are scored, in the file's order.
  public let labels: [Label]
  /// How the answers become a score.
  public let scoring: Scoring
  /// The most tokens that a prompt may have, the end of sequence included.
  public let maximumTokens: Int
  /// What is cut from a prompt that is too long.
  public let truncation: Truncation
  /// Whether the prompt ends with the token `</s>`.
  public let endsWithEndOfSequence: Bool
}
