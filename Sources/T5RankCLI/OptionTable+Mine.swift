import TrainingData

/// The options of `t5rank mine`.
extension OptionTable {
  private static let usual = MiningOptions()

  static let mining: [CommandOption] = [
    CommandOption(
      name: "corpus", placeholder: "FILE", isRepeatable: true, subcommands: [.mine],
      summary: "passages to find negatives in, beside the input's; as index reads them",
      details: """
        TSV, JSON Lines or a BEIR folder; a title goes before its text. The passages of the input are \
        always among them. All are kept in memory.
        """),
    CommandOption(
      name: "qrels", placeholder: "FILE", subcommands: [.mine],
      summary: "take queries and positives from judgements; needs --queries, --corpus",
      details: "TREC's, MS MARCO's or BEIR's. A grade above 0 makes a positive."),
    CommandOption(
      name: "queries", placeholder: "FILE", subcommands: [.mine],
      summary: "the texts of the judged queries, as TSV, JSON Lines or a BEIR folder"),
    CommandOption(
      name: "run", placeholder: "FILE", subcommands: [.mine],
      summary: "with --qrels: what this run found is given, unless it is relevant",
      details: "TREC, MS MARCO or rank_llm's JSON; --negatives given:N takes the best N of them."),
    CommandOption(
      name: "negatives", placeholder: "LIST", subcommands: [.mine],
      summary: "kinds and numbers for each query, as random:5,bm25:10 (default: \(list))",
      details: """
        random is any passage; bm25 and encoder are what BM25 and the --encoder rank in --ranks; given \
        is a negative that the input has. No passage is taken twice for a query, none that equals one \
        of its positives but for white space; the kinds choose in the order of the list.
        """),
    CommandOption(
      name: "encoder", placeholder: "DIR", subcommands: [.mine],
      summary: "the bi-encoder that finds negatives of the kind encoder",
      details: "A directory of sentence-transformers, or any BERT. Without --teacher it scores too."
    ),
    CommandOption(
      name: "teacher", placeholder: "DIR", subcommands: [.mine],
      summary: "the model whose scores are written, and that margins are about",
      details: """
        A bi-encoder (a directory with modules.json), whose scores are its similarities, or a reranker \
        that scores documents one by one (cross-encoder, monoT5, RankT5), whose scores are logits. \
        Default: the --encoder. With neither, no scores are written, and margins are about BM25's.
        """),
    CommandOption(
      name: "words-weight", placeholder: "NUMBER", subcommands: [.mine],
      summary: "add so much times BM25's share to the teacher's scores (default: 0)",
      details: """
        The share is the score over the greatest that any passage could have, from 0 to 1. A bi-encoder \
        overlooks rare words; its student need not.
        """),
    CommandOption(
      name: "ranks", placeholder: "A-B", subcommands: [.mine],
      summary: "the ranks of bm25 and encoder to take from (default: \(ranks))",
      details: "The query's positives have no rank."),
    CommandOption(
      name: "sampling", placeholder: "HOW",
      choices: MiningOptions.Sampling.allCases.map(\.rawValue), subcommands: [.mine],
      summary: "how ranks are chosen (default: \(usual.sampling.rawValue))",
      details: "top takes the first ones, as sentence-transformers does unless told otherwise."),
    CommandOption(
      name: "margin-absolute", placeholder: "NUMBER", subcommands: [.mine],
      summary: "leave out what scores above the positive's score − NUMBER",
      details: """
        absolute_margin of sentence-transformers' mine_hard_negatives. Of several positives the one \
        with the least score counts.
        """),
    CommandOption(
      name: "margin-relative", placeholder: "SHARE", subcommands: [.mine],
      summary: "leave out what scores above the positive's score less this share",
      details: """
        relative_margin of sentence-transformers' mine_hard_negatives: a share of the positive score's \
        magnitude, as 0.05.
        """),
    CommandOption(
      name: "max-score", placeholder: "NUMBER", subcommands: [.mine],
      summary: "leave out what scores more"),
    CommandOption(
      name: "seed", placeholder: "N", subcommands: [.mine],
      summary: "where chance begins (default: \(usual.seed))",
      details: "Equal seeds give equal files, whatever the number of threads."),
    CommandOption(
      name: "output", short: "o", placeholder: "FILE", subcommands: [.mine],
      summary: "write to a file (default: standard output)",
      details: "The file appears under its name when it is whole, and not before."),
    CommandOption(
      name: "threads", placeholder: "N", subcommands: [.mine],
      summary: "threads that compute (default: one for each core)",
      details: "Results do not depend on it."),
    CommandOption(
      name: "strict-utf8", subcommands: [.mine],
      summary: "refuse input that is not UTF-8"),
    CommandOption(
      name: "quiet", short: "q", subcommands: [.mine],
      summary: "no progress, no notes and no summary; only errors"),
  ]

  private static let list = usual.negatives.map { "\($0.kind.rawValue):\($0.count)" }
    .joined(separator: ",")
  private static let ranks = "\(usual.ranks.lowerBound)-\(usual.ranks.upperBound)"
}
