public import Tokenization

/// Everything a caller may choose about embedding; each default is what most users want.
public struct BiEncoderOptions: Sendable {
  /// Put before each query; nil: what the model's own files say.
  public var queryPrompt: String?
  /// Put before each document; nil: what the model's own files say.
  public var documentPrompt: String?
  /// Tokens of a text, `[CLS]` and `[SEP]` included; nil: what the model's own files say.
  public var maximumTokens: Int?
  /// What control tokens spelt in texts become; sentence-transformers always recognises them.
  public var specialTokens: SpecialTokenPolicy = .literal
  /// nil: one for each core that this process may use.
  public var threads: Int?
  /// Tokens that go through the model at once on one thread.
  public var batchTokens: Int = 2048

  /// What most users want.
  public init() {}
}
