import Reranking
import Transformers

extension OptionTable {
  static let precision = CommandOption(
    name: "precision", placeholder: "P", choices: Precision.allCases.map(\.rawValue),
    subcommands: [.rank, .search, .bench],
    summary: "of linear layers (default: fp32; int8 if stored so)",
    details: """
      bf16 and int8 round weights and their inputs, to bfloat16 and to 8 bits by rows: twice and up to \
      four times as fast where the processor has instructions for them, in half and a quarter of the \
      memory. Scores differ a little from fp32's. auto: int8 where the processor has instructions for it \
      and the model's reranker.json says that its order bears int8 (or the model is stored so), else bf16 \
      where the processor has instructions for that, else fp32. t5rank inspect tells which.
      """)
}
