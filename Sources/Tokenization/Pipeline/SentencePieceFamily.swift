/// The encoders that number the pieces of their SentencePiece file in a way of their own, by `model_type`.
///
/// Source: the converters of transformers 5.23, which make a `tokenizer.json` of such a file.
public enum SentencePieceFamily: String, Sendable, CaseIterable {
  /// fairseq's `<s>` 0, `<pad>` 1, `</s>` 2 and `<unk>` 3, the file's pieces from its fourth on, each
  /// one above its own number, and `<mask>`.
  case xlmRoBERTa = "xlm-roberta"
  /// Five control pieces, the file's pieces but for the first, and `<mask>`.
  case camemBERT = "camembert"
  /// The file's pieces as they are, `[PAD]`, `[CLS]`, `[SEP]` and `[UNK]` among them, and `[MASK]`.
  case deBERTa = "deberta-v2"

  /// The file's usual name.
  public var fileName: String {
    switch self {
    case .xlmRoBERTa, .camemBERT: "sentencepiece.bpe.model"
    case .deBERTa: "spm.model"
    }
  }

  /// The pieces that stand before those of the file, with their scores.
  var leading: [(piece: String, score: Double)] {
    switch self {
    case .xlmRoBERTa: [("<s>", 0), ("<pad>", 0), ("</s>", 0), ("<unk>", 0)]
    case .camemBERT:
      [
        ("<s>NOTUSED", 0), ("<pad>", 0), ("</s>NOTUSED", 0), ("<unk>", 0), ("<unk>NOTUSED", -100),
      ]
    case .deBERTa: []
    }
  }

  /// How many of the file's first pieces are left out, as `leading` has them.
  var omitted: Int {
    switch self {
    case .xlmRoBERTa: 3
    case .camemBERT: 1
    case .deBERTa: 0
    }
  }

  /// The control tokens: start, padding, end, unknown, mask.
  var controls: [String] {
    switch self {
    case .xlmRoBERTa, .camemBERT: ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    case .deBERTa: ["[CLS]", "[PAD]", "[SEP]", "[UNK]", "[MASK]"]
    }
  }
}
