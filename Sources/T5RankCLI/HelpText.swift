/// Help, made of the option table.
package enum HelpText {
  /// Few words, for who asks for nothing.
  package static let shortUsage = """
    usage: t5rank [--mode \(choices("mode"))] [--model DIR] [--query TEXT] [FILE…]
    try:   t5rank --query 'how do bees find home' passages.txt
    more:  t5rank --help

    """

  /// All that there is to say about a subcommand.
  ///
  /// - Parameter isLong: Whether options are explained at length.
  package static func page(of subcommand: Subcommand, isLong: Bool) -> String {
    var sections = [usage(of: subcommand), introduction(of: subcommand)]
    if subcommand == .rank {
      let width = Subcommand.allCases.map(\.rawValue.count).max() ?? 0
      let lines = Subcommand.allCases.map {
        "  \(padded($0.rawValue, to: width))  \($0.summary)"
      }
      sections.append("Subcommands:\n" + lines.joined(separator: "\n"))
    }
    let options = OptionTable.options(of: subcommand).filter { !$0.isHidden }
    sections.append(
      "Options:\n"
        + options.map { entry($0, isLong: isLong) }.joined(separator: isLong ? "\n\n" : "\n"))
    if isLong { sections.append(exitCodes) }
    return sections.joined(separator: "\n\n") + "\n"
  }

  /// The options as a Markdown table, as the README has it between its markers.
  package static func markdownTable() -> String {
    let rows = OptionTable.all.filter { !$0.isHidden }.map { option in
      let names = option.synopsis.split(separator: ", ").map { "`\($0)`" }.joined(separator: ", ")
      let values = option.choices.map { "`\($0)`" }.joined(separator: ", ")
      let meaning = option.summary + (values.isEmpty ? "" : ": " + values)
      let owners = option.subcommands.map(\.rawValue).joined(separator: ", ")
      return "| \(names) | \(cell(meaning)) | \(owners) |"
    }
    return (["| option | meaning | of |", "|---|---|---|"] + rows).joined(separator: "\n") + "\n"
  }

  // MARK: Parts

  private static func usage(of subcommand: Subcommand) -> String {
    guard subcommand == .rank else {
      let operands = subcommand.operands.isEmpty ? "" : " " + subcommand.operands
      return "usage: t5rank \(subcommand.rawValue) [OPTION…]\(operands)"
    }
    return """
      usage: t5rank [rank] [OPTION…] --query TEXT [FILE…]
             t5rank [rank] [OPTION…] [REQUESTS.jsonl…]
             t5rank [rank] [OPTION…] --run FILE --queries FILE --corpus FILE
             t5rank evaluate --qrels FILE --run FILE…
             t5rank index --corpus FILE… --index DIR
             t5rank search --index DIR [--query TEXT | --queries FILE]
             t5rank mine FILE… [--corpus FILE…]
             t5rank train --data FILE… | --recipe FILE --output DIR
             t5rank convert MODEL --output DIR
             t5rank fetch OWNER/NAME
             t5rank inspect MODEL | bench | help [SUBCOMMAND]
      """
  }

  private static func introduction(of subcommand: Subcommand) -> String {
    switch subcommand {
    case .rank:
      """
      Ranks candidates for queries with T5 (monoT5, RankT5, duoT5), a BERT
      cross-encoder or ColBERT. Requests are JSON Lines or one JSON array, in plain
      form or in rank_llm's:

        {"query": "…", "documents": ["…"]}
        {"query": {"qid", "text"}, "candidates": [{"docid", "doc": {"text"}}]}

      Without files, standard input is read; so is the file named -.
      """
    case .evaluate:
      """
      Measures runs against relevance judgements, as ir_measures and trec_eval do,
      and tells whether the differences of further runs to the first are significant.
      """
    case .inspect:
      """
      Shows what a model directory holds: family, sizes, tensors, prompts, a text's
      tokens.
      """
    case .bench:
      """
      Measures the way from texts to scores on this machine: pairs (prompts that go
      through the model) and tokens a second, seconds for 100 documents, peak
      memory, and the share of the machine's own fp32 matrix-product rate, measured
      in the same run, that the encoder's products come to. Figures are the median
      of some repetitions, after ten documents that do not count. Without --input,
      one query with 100 passages of MS MARCO's lengths is ranked; in duo its first
      --depth are compared.
      """
    case .index:
      """
      Makes an index of a corpus, once, for t5rank search: for BM25, or with --encoder
      of embeddings. For BM25 words are found, lower-cased and stemmed as Lucene's
      EnglishAnalyzer does, unless told otherwise; the index remembers how.
      """
    case .search:
      """
      Ranks the documents of an index for queries, by BM25 or by the bi-encoder that
      made it. Without --query and --queries, standard input has a query a line; on a
      terminal it is asked for. To re-rank what was found:

        t5rank search --index DIR --query TEXT --format jsonl | t5rank --mode mono
      """
    case .mine:
      """
      Finds passages that do not answer a query but look as if they did, and writes
      training examples as JSON Lines, one query a line:

        {"query": "…", "positive": "…", "negatives": ["…"], "scores": [1.5, 0.2]}

      FILE has queries and positives: such lines, in which negatives and scores may be
      missing, {"q", "d"}, sentence-transformers' {"anchor", "positive", "negative"},
      FlagEmbedding's {"query", "pos", "neg"}, or {"query", "document", "label"}; or
      they come from --qrels. Several positives are an array; scores are the
      positives', then the negatives'. The file named - is standard input.
      """
    case .train:
      """
      Trains a model on queries with relevant and other passages: monoT5, RankT5 and
      duoT5, alone or together on one set of weights, or a BERT cross-encoder. What
      comes out is a model directory that t5rank and transformers load. An interrupt
      saves first; --resume goes on, to the same result bit for bit.
      """
    case .convert:
      """
      Writes a model directory anew, for ranking: the weights as model.safetensors,
      whatever they were (also PyTorch's pytorch_model.bin, of which nothing is run),
      without tensors that no scorer reads. transformers loads it too. With
      --vocabulary the model shrinks to the language of some texts: most of a small
      multilingual model is its embedding table.
      """
    case .fetch:
      """
      Downloads a model's settings, tokenizer and weights from a Hugging Face hub into
      the cache that Python's huggingface_hub uses too, and writes its directory. What
      is there already is kept; what was cut is gone on with; sizes and hashes are
      checked. From then on --model OWNER/NAME finds it; no other command goes online.

        t5rank fetch castorini/monot5-base-msmarco
        t5rank --model castorini/monot5-base-msmarco --query "…" passages.txt

      HF_ENDPOINT names another hub, HF_HUB_CACHE or HF_HOME another cache, HF_TOKEN a
      token. The program curl does the transfer.
      """
    case .help: "Explains t5rank, or one of its subcommands."
    }
  }

  private static let exitCodes = """
    Exit status: 0 done, 2 arguments, 4 missing file, 5 bad input (what was good is
    ranked all the same), 6 run-time failure, 130 and 143 on SIGINT and SIGTERM.
    """

  private static func entry(_ option: CommandOption, isLong: Bool) -> String {
    let column = 24
    let width = 80
    let head = "  " + (option.short == nil ? "    " : "") + option.synopsis
    var body = wrapped(option.summary, to: width - column)
    if !option.choices.isEmpty {
      body += wrapped(option.choices.joined(separator: " | "), to: width - column)
    }
    if isLong, !option.details.isEmpty { body += wrapped(option.details, to: width - column) }
    let indent = String(repeating: " ", count: column)
    var lines: [String] = []
    if head.count + 2 <= column, let first = body.first {
      lines.append(padded(head, to: column) + first)
      body.removeFirst()
    } else {
      lines.append(head)
    }
    lines += body.map { indent + $0 }
    return lines.joined(separator: "\n")
  }

  private static func choices(_ name: String) -> String {
    OptionTable.all.first { $0.name == name }?.choices.joined(separator: "|") ?? ""
  }

  private static func cell(_ text: String) -> String {
    var result = ""
    for character in text {
      switch character {
      case "|": result += "\\|"
      case "<": result += "&lt;"
      default: result.append(character)
      }
    }
    return result
  }
}

/// A word with spaces behind it.
func padded(_ word: String, to width: Int) -> String {
  word + String(repeating: " ", count: max(width - word.count, 0))
}

/// Lines of at most `width` characters, broken at spaces.
func wrapped(_ text: String, to width: Int) -> [String] {
  var lines: [String] = []
  var line = ""
  for word in text.split(whereSeparator: { $0 == " " || $0 == "\n" }) {
    if !line.isEmpty, line.count + 1 + word.count > width {
      lines.append(line)
      line = ""
    }
    line += (line.isEmpty ? "" : " ") + word
  }
  return line.isEmpty ? lines : lines + [line]
}
