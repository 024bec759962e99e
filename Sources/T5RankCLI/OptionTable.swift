import RankingCore
import Reranking
import Tokenization

/// Every option of `t5rank`, in the order in which help lists them.
package enum OptionTable {
  package static let all: [CommandOption] =
    input + ranking + pairwise + windows + cascades + fusion + cache + vectors + output
    + explanation
    + running
    + retrieval
    + mining + training + conversion + fetching + evaluation + other

  /// The options of one subcommand.
  static func options(of subcommand: Subcommand) -> [CommandOption] {
    all.filter { $0.subcommands.contains(subcommand) }
  }

  private static let defaults = RerankerOptions()

  private static let input: [CommandOption] = [
    CommandOption(
      name: "query", placeholder: "TEXT", subcommands: [.rank],
      summary: "rank the lines of FILE… (or of standard input) for this query",
      details: """
        Each line that is not blank is one passage, named by its line number (FILE:LINE where there \
        are several files).
        """),
    CommandOption(
      name: "run", placeholder: "FILE", subcommands: [.rank],
      summary: "rank the candidates of a run; needs --queries and --corpus",
      details: """
        Each line of a TREC run has six columns: query id, Q0, document id, rank, score, tag. \
        Candidates are taken by falling score; equal scores keep the order of their lines. MS MARCO's \
        runs have three columns: query id, document id, rank, by which candidates are taken.
        """),
    CommandOption(
      name: "queries", placeholder: "FILE", subcommands: [.rank],
      summary: "the texts of a run's queries: TSV, JSON Lines or a BEIR folder",
      details: "A line is `id<TAB>text`, or an object with _id, id or qid and with text or query."),
    CommandOption(
      name: "corpus", placeholder: "FILE", subcommands: [.rank],
      summary: "the texts of a run's documents: TSV, JSON Lines or a BEIR folder",
      details: """
        A line is `id<TAB>text`, or an object with _id, id or docid, with text or contents, and maybe \
        with a title, which goes before the text. Only the places of the documents that the run \
        names are kept in memory.
        """),
    CommandOption(
      name: "strict-utf8", subcommands: [.rank],
      summary: "refuse input that is not UTF-8",
      details:
        "Without it, each byte that is not UTF-8 becomes U+FFFD, and their number is reported."),
  ]

  private static let ranking: [CommandOption] = [
    CommandOption(
      name: "model", placeholder: "DIR", subcommands: [.rank, .bench],
      summary: "the model's directory, or OWNER/NAME (default: the one in weights/)",
      details: """
        A directory in the Hugging Face layout: config.json, model.safetensors (or shards with an \
        index), and a tokenizer's files. Where there is no such directory, OWNER/NAME is looked up \
        among the models that t5rank fetch or Python's huggingface_hub downloaded. Where none is \
        named, weights/t5rank-mini is taken (weights/cross-encoder-mini with --mode cross), looked for \
        in the folder that the environment's T5RANK_HOME names, in those above the executable, in \
        ../share/t5rank beside it, and in the sources that it was built from.
        """),
    CommandOption(
      name: "accept-any-model", subcommands: [.rank, .search],
      summary: "rank by a model that is known not to be a re-ranker",
      details: """
        Without it, such a model (t5-small, say, by its directory's name) is refused unless it has a \
        reranker.json. prompts/checkpoints.json lists the checkpoints that are known by name, with \
        their modes and prompts. What cannot score at all is refused in any case: bi-encoders, \
        masked and generative language models.
        """),
    CommandOption(
      name: "mode", placeholder: "MODE", choices: RankingMode.allCases.map(\.rawValue),
      subcommands: [.rank, .bench],
      summary: "how to rank (default: the model's own)",
      details: """
        mono scores each document by itself (monoT5); rank rates each one (RankT5); duo compares \
        pairs of the first --depth candidates (duoT5); mono-duo compares pairs of mono's best \
        --depth; cross scores each document with a BERT cross-encoder; colbert compares the vectors of \
        its tokens with the query's.
        """),
    CommandOption(
      name: "prompt", placeholder: "NAME", isRepeatable: true, subcommands: [.rank, .bench],
      summary: "a prompt's name, or the path of a prompt file (default: the model's own)",
      details: "May be given twice in mono-duo, once for each stage."),
    CommandOption(
      name: "depth", placeholder: "N", subcommands: [.rank, .bench],
      summary: "how many candidates duo compares (default: \(defaults.depth))",
      details: """
        Those after them keep their order behind the compared ones. N candidates make N(N − 1) pairs.
        """),
    CommandOption(
      name: "mono-weight", placeholder: "NUMBER", subcommands: [.rank],
      summary: "what mono counts in each pair of mono-duo (default: the model's own, else 0)",
      details: """
        From 0 to below 1. A pair's log-odds are so much of the difference of mono's log-odds, and the \
        rest of duo's. For models that learnt both from one teacher.
        """),
    CommandOption(
      name: "aggregation", placeholder: "RULE",
      choices: PairwiseAggregation.allCases.map(\.rawValue), subcommands: [.rank],
      summary: "how duo turns pairs into scores (default: \(DuoT5.usualAggregation.rawValue))",
      details: """
        With p the probability that i is above j: sum adds p(i, j); sum-log its logarithm; sym-sum \
        adds p(i, j) + 1 − p(j, i); sym-sum-log the logarithms of both; binary counts p > ½; min and \
        max take the least and the greatest; copeland counts the documents that i beats over both \
        orders, and as ½ a tie or a pair that was not asked; bradley-terry is the logarithm of the \
        strength that explains i's comparisons best; pagerank is how often a walk that goes on to \
        what is better is at i, 1 on average. A sample of pairs (--strategy sampled, windowed) is \
        ordered by bradley-terry unless another is named.
        """),
    CommandOption(
      name: "pairs", placeholder: "WHICH", choices: PairSelection.allCases.map(\.rawValue),
      subcommands: [.rank],
      summary: "the pairs that duo compares (default: \(defaults.pairSelection.rawValue))",
      details: """
        all compares both orders of each pair, so that a model's bias for a position cancels; upper \
        compares each pair once, at half the cost.
        """),
    CommandOption(
      name: "yes", subcommands: [.rank, .search],
      summary: "do not stop at more than \(grouped(defaults.maximumPairs)) pairs"),
    CommandOption(
      name: "truncation", placeholder: "WHAT", choices: Truncation.allCases.map(\.rawValue),
      subcommands: [.rank],
      summary: "what is cut where a prompt is too long (default: the prompt's own)",
      details: """
        document shortens the document (both in duo) and keeps the cue after it; prompt cuts the \
        whole prompt from the right, as pygaggle does.
        """),
    CommandOption(
      name: "max-tokens", placeholder: "N", subcommands: [.rank],
      summary: "the token budget of one prompt (default: the prompt's or the model's own)",
      details: "In mode colbert that of a document."),
    CommandOption(
      name: "special-tokens", placeholder: "HOW",
      choices: SpecialTokenPolicy.allCases.map(\.rawValue), subcommands: [.rank, .inspect],
      summary: "what text such as </s> becomes (default: \(defaults.specialTokens.rawValue))",
      details: """
        literal keeps it text, so that no document can steer the model; recognized makes it the \
        control token, as Hugging Face's tokenizers do.
        """),
  ]

  private static let output: [CommandOption] = [
    CommandOption(
      name: "format", placeholder: "FORMAT", choices: OutputFormat.allCases.map(\.rawValue),
      subcommands: [.rank],
      summary: "how to write rankings (default: like the input)",
      details: """
        table is for people, and the default with --query; jsonl is rank_llm's form, and the default \
        for JSON requests; json is the same as one array; trec is a TREC run, and the default with \
        --run; msmarco is MS MARCO's run.
        """),
    CommandOption(
      name: "output", short: "o", placeholder: "FILE", subcommands: [.rank, .search, .evaluate],
      summary: "write to a file (default: standard output)",
      details: """
        The file appears under its name when it is whole, and not before. A name that ends in .gz \
        makes it gzip data.
        """),
    CommandOption(
      name: "score", placeholder: "SCALE",
      choices: [ScoreScale.logit, .logProbability, .probability, .expectedValue].map(\.rawValue),
      subcommands: [.rank, .search],
      summary: "what the scores mean (default: the mode's own)",
      details: """
        mono: the log-odds true − false, log p(true), or p(true). cross: the raw output, or the \
        model's activation. colbert has one score only. rank: the expected rating (expected-value); otherwise how far it is \
        from the least to the greatest rating, as a probability, its logarithm or its log-odds; \
        with the prompt rankt5 the label's logit. duo's scores are always those of its aggregation. \
        The order does not depend on it, but probabilities near 1 run together.
        """),
    CommandOption(
      name: "top-k", short: "k", placeholder: "N", subcommands: [.rank],
      summary: "write only the best N documents of each query"),
    CommandOption(
      name: "tag", placeholder: "NAME", subcommands: [.rank],
      summary: "the last column of a TREC run (default: t5rank)"),
  ]

  private static let running: [CommandOption] = [
    CommandOption(
      name: "threads", placeholder: "N", subcommands: [.rank, .bench],
      summary: "threads that compute (default: one for each core)",
      details: "Scores do not depend on it, to the last bit."),
    precision,
    CommandOption(
      name: "batch-tokens", placeholder: "N", subcommands: [.rank],
      summary: "tokens that a thread computes at once (default: \(defaults.batchTokens))",
      details: "More need more memory. Scores do not depend on it, to the last bit."),
    CommandOption(
      name: "quiet", short: "q", subcommands: [.rank, .bench],
      summary: "no progress, no notes and no summary; only errors"),
    CommandOption(
      name: "input", placeholder: "FILE", subcommands: [.bench],
      summary: "JSON requests to measure on (default: built-in passages)"),
    CommandOption(
      name: "repetitions", placeholder: "N", subcommands: [.bench],
      summary: "how often to measure (default: 5)"),
    CommandOption(
      name: "text", placeholder: "TEXT", subcommands: [.inspect],
      summary: "show the tokens of this text"),
    CommandOption(
      name: "json", subcommands: [.rank, .inspect, .bench],
      summary: "write JSON (with rank: only for --version)"),
  ]

  private static let other: [CommandOption] = [
    CommandOption(
      name: "help", short: "h", subcommands: Subcommand.allCases,
      summary: "explain the options; --help at more length than -h"),
    CommandOption(
      name: "version", subcommands: [.rank], summary: "show the version"),
    CommandOption(
      name: "markdown", subcommands: [.help],
      summary: "write the README's table of options", isHidden: true),
  ]
}

/// 100000 as "100,000".
func grouped(_ number: Int) -> String {
  var result = ""
  let digits = String(number.magnitude)
  for (index, digit) in digits.enumerated() {
    if index > 0, (digits.count - index).isMultiple(of: 3) { result.append(",") }
    result.append(digit)
  }
  return number < 0 ? "-" + result : result
}
