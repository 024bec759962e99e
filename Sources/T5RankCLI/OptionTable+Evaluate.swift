/// The options of `t5rank evaluate`.
extension OptionTable {
  static let evaluation: [CommandOption] = [
    CommandOption(
      name: "qrels", placeholder: "FILE", subcommands: [.evaluate],
      summary: "the relevance judgements: TREC, MS MARCO or BEIR",
      details: """
        A line is `query iteration document grade`, or BEIR's `query document grade` below a line of \
        headings; in a BEIR folder, qrels/test.tsv is read. Any file may be compressed with gzip.
        """),
    CommandOption(
      name: "run", placeholder: "FILE", isRepeatable: true, subcommands: [.evaluate],
      summary:
        "a run to measure: TREC, MS MARCO or rank_llm's JSON; as are the files behind options",
      details: """
        A TREC run is ordered by its scores, equal ones by falling document id, whatever its ranks \
        and lines say; an MS MARCO run by its ranks; JSON candidates by their order.
        """),
    CommandOption(
      name: "baseline", placeholder: "FILE", subcommands: [.evaluate],
      summary: "the run that the others are compared with (default: the first)"),
    CommandOption(
      name: "measures", placeholder: "LIST", isRepeatable: true, subcommands: [.evaluate],
      summary: "what to measure (default: \(EvaluateSettings.defaultMeasures))",
      details: """
        Named as in ir_measures: nDCG, RR, AP, P, R, Rprec, Success, Judged, ERR, RBP, with @cutoff \
        and parameters, as in P(rel=2)@5, nDCG(dcg='exp-log2')@10, RBP(p=0.9). trec_eval's names are \
        understood too: ndcg_cut_10, map, recip_rank. Where the two differ in the order of equal \
        scores (RR with a cutoff, Judged, RBP with rel), ir_measures is followed.
        """),
    CommandOption(
      name: "complete", subcommands: [.evaluate],
      summary: "average over all judged queries, those that a run lacks as 0 (the default)",
      details: "ir_measures' convention, and trec_eval's -c."),
    CommandOption(
      name: "intersection", subcommands: [.evaluate],
      summary: "average over the judged queries that the run has",
      details: """
        trec_eval's convention without -c. Runs are then compared over the queries that both have.
        """),
    CommandOption(
      name: "relevance-level", placeholder: "N", subcommands: [.evaluate],
      summary: "the lowest relevant grade where a measure has no rel (default: 1)",
      details: "trec_eval's -l. nDCG, ERR and RBP without rel take grades as they are."),
    CommandOption(
      name: "max-documents", placeholder: "N", subcommands: [.evaluate],
      summary: "look at the best N documents of each query only",
      details: "trec_eval's -M."),
    CommandOption(
      name: "per-query", subcommands: [.evaluate],
      summary: "show each query, or with several runs, which changed most and why",
      details: """
        With several runs: the queries that gained and lost most by the first measure, with the \
        judged documents whose ranks changed most.
        """),
    CommandOption(
      name: "json", subcommands: [.evaluate],
      summary: "write JSON Lines, one object a run: run, measures, per_query and more"),
  ]
}
