import Retrieval
import Tokenization

extension OptionTable {
  /// The options of `index` and `search`.
  static let retrieval: [CommandOption] = [
    CommandOption(
      name: "index", placeholder: "DIR", subcommands: [.index, .search],
      summary: "the directory of the index",
      details: "index makes it: it must not be there yet, and appears when it is whole."),
    CommandOption(
      name: "corpus", placeholder: "FILE", isRepeatable: true, subcommands: [.index],
      summary: "documents, as TSV, JSON Lines or a BEIR folder; may be repeated",
      details: """
        A line is `id<TAB>text`, or an object with _id, id or docid, with text or contents, and maybe \
        with a title, which goes before the text. The file named - is standard input.
        """),
    CommandOption(
      name: "encoder", placeholder: "DIR", subcommands: [.index, .search],
      summary: "index embeddings by the bi-encoder in this directory",
      details: """
        A directory of sentence-transformers, or any BERT or one of its kin: config.json, \
        model.safetensors, the tokenizer's files, and modules.json with its pooling. search takes \
        the index's own unless another place of the same model is named. index makes of a ColBERT \
        what --vectors of rank and search needs: the vectors of each document's tokens, without texts.
        """),
    CommandOption(
      name: "storage", placeholder: "TYPE",
      choices: EmbeddingStorage.allCases.map(\.rawValue), subcommands: [.index],
      summary: "how embeddings are stored (default: F32)",
      details: "F16 halves their size; scores then err by up to 5e-4."),
    CommandOption(
      name: "document-prompt", placeholder: "TEXT", subcommands: [.index],
      summary: "text before each document that is embedded (default: the encoder's own)"),
    CommandOption(
      name: "query-prompt", placeholder: "TEXT", subcommands: [.search],
      summary: "text before each query that is embedded (default: the encoder's own)"),
    CommandOption(
      name: "max-tokens", placeholder: "N", subcommands: [.index],
      summary: "the token budget of one embedded text (default: the encoder's own)"),
    CommandOption(
      name: "special-tokens", placeholder: "HOW",
      choices: SpecialTokenPolicy.allCases.map(\.rawValue), subcommands: [.index],
      summary: "what text such as [SEP] becomes in the encoder (default: literal)",
      details: "recognized is what sentence-transformers does; search does as index did."),
    CommandOption(
      name: "stemmer", placeholder: "NAME",
      choices: TextAnalysis.Stemmer.allCases.map(\.rawValue), subcommands: [.index],
      summary: "what makes words of one stem equal (default: porter)",
      details: "porter is the original Porter stemmer, for English."),
    CommandOption(
      name: "stop-words", placeholder: "LIST",
      choices: TextAnalysis.StopWords.allCases.map(\.rawValue), subcommands: [.index],
      summary: "words that are left out (default: english)",
      details: "english is Lucene's list of 33 words."),
    CommandOption(
      name: "no-texts", subcommands: [.index],
      summary: "keep identifiers, but no texts",
      details: "Such an index is smaller; what is found can be listed, but not re-ranked."),
    CommandOption(
      name: "k1", placeholder: "NUMBER", subcommands: [.index, .search],
      summary: "how slowly a word's weight saturates (default: the index's, \(usual.k1))",
      details: "index stores it as the default of searches; any index can be searched with any k1."),
    CommandOption(
      name: "b", placeholder: "NUMBER", subcommands: [.index, .search],
      summary: "how far length discounts, 0 to 1 (default: the index's, \(usual.b))",
      details: "index stores it as the default of searches; any index can be searched with any b."),
    CommandOption(
      name: "query", placeholder: "TEXT", subcommands: [.search],
      summary: "search for this query"),
    CommandOption(
      name: "queries", placeholder: "FILE", subcommands: [.search],
      summary: "search for these queries, as TSV, JSON Lines or a BEIR folder",
      details: "A line is `id<TAB>text`, or an object with _id, id or qid and with text or query."),
    CommandOption(
      name: "top-k", short: "k", placeholder: "N", subcommands: [.search],
      summary: "the documents for each query (default: 10 in a table, 100 in JSON, 1000 in runs)"),
    CommandOption(
      name: "format", placeholder: "FORMAT", choices: OutputFormat.allCases.map(\.rawValue),
      subcommands: [.search],
      summary: "how to write rankings (default: like the queries)",
      details: """
        table is for people, and the default with --query and on a terminal; trec is a TREC run, and \
        the default with --queries; msmarco is MS MARCO's run; jsonl is rank_llm's form, which t5rank \
        re-ranks, and the default for queries from standard input; json is the same as one array.
        """),
    CommandOption(
      name: "tag", placeholder: "NAME", subcommands: [.search],
      summary: "the last column of a TREC run (default: t5rank)"),
    CommandOption(
      name: "threads", placeholder: "N", subcommands: [.index, .search],
      summary: "threads that embed and search (default: one for each core)",
      details: "BM25 indexes on one, and searches for so many queries of a file at once."),
    CommandOption(
      name: "verify", subcommands: [.search],
      summary: "compare every byte of the index with its hash first",
      details: "Without it, tables are; postings and texts are not."),
    CommandOption(
      name: "strict-utf8", subcommands: [.index, .search],
      summary: "refuse input that is not UTF-8"),
    CommandOption(
      name: "quiet", short: "q", subcommands: [.index, .search],
      summary: "no progress, no notes and no summary; only errors"),
  ]

  private static let usual = BM25Parameters.usual
}
