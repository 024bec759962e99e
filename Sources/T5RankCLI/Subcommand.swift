/// What `t5rank` can be asked to do.
///
/// The first argument names it; `rank` may be left out.
package enum Subcommand: String, Sendable, CaseIterable {
  case rank
  case evaluate
  case inspect
  case bench
  case index
  case search
  case mine
  case train
  case convert
  case fetch
  case help

  /// What follows the name in a usage line.
  var operands: String {
    switch self {
    case .rank: "[FILE…]"
    case .evaluate: "--qrels FILE --run FILE…"
    case .inspect: "MODEL"
    case .bench: ""
    case .index: "--corpus FILE… --index DIR"
    case .search: "--index DIR [--query TEXT | --queries FILE]"
    case .mine: "FILE… [--corpus FILE…]"
    case .train: "--output DIR --recipe FILE | --data FILE…"
    case .convert: "MODEL --output DIR"
    case .fetch: "OWNER/NAME"
    case .help: "[SUBCOMMAND]"
    }
  }

  var summary: String {
    switch self {
    case .rank: "rank candidates for queries (the default)"
    case .evaluate: "measure runs against relevance judgements, and compare them"
    case .inspect: "show a model's family, sizes, tensors, prompts, or a text's tokens"
    case .bench: "measure speed and memory on this machine"
    case .index: "make an index of a corpus, for search"
    case .search: "find the documents of an index that fit queries best"
    case .mine: "find hard negatives for training"
    case .train: "train a T5 for mono, rank and duo, or a cross-encoder"
    case .convert: "write a model as safetensors, pruned to what ranking needs"
    case .fetch: "download a model from a Hugging Face hub"
    case .help: "explain a subcommand and its options"
    }
  }
}
