import Checkpoints

/// The options of `t5rank convert`.
extension OptionTable {
  static let conversion: [CommandOption] = [
    CommandOption(
      name: "output", short: "o", placeholder: "DIR", subcommands: [.convert],
      summary: "where the converted model is written: a new or empty directory",
      details: "It appears whole, or not at all. Tensors that no scorer reads are left out."),
    CommandOption(
      name: "dtype", placeholder: "TYPE",
      choices: ConvertSettings.WeightType.allCases.map(\.rawValue),
      subcommands: [.convert],
      summary: "what the weights are stored as (default: as they are; F64 as F32)",
      details: """
        F16 is refused for weights that it cannot hold, as many T5s have them; BF16 can. INT8: the layers \
        that --precision int8 rounds as I8 with a scale (F32) for each row, the rest as they are; int8 is \
        that model's default precision, with the same scores to the last bit, and the others compute with \
        the rounded weights.
        """),
    CommandOption(
      name: "vocabulary", placeholder: "FILE", isRepeatable: true, subcommands: [.convert],
      summary: "keep only the pieces of these texts in the vocabulary",
      details: """
        A line is a text, several with tabs between them, or a JSON object, whose strings are texts; \
        gzip data are expanded. The pieces of the model's prompts and labels, control pieces and \
        single characters are always kept, so that any text can be ranked. Texts whose pieces are all \
        kept get the same scores, to the last bit, unless a label has several pieces.
        """),
    CommandOption(
      name: "quiet", short: "q", subcommands: [.convert], summary: "no summary; only errors"),
  ]
}
