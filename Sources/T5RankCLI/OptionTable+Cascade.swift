extension OptionTable {
  static let cascades: [CommandOption] = [
    CommandOption(
      name: "stages", placeholder: "LIST", subcommands: [.rank, .search],
      summary: "rank in stages, as mono:100,duo:20 (search: bm25:1000,mono:100,duo:20)",
      details: """
        A stage is KIND:DEPTH or KIND@DIR:DEPTH: a mode (mono, rank, duo, cross, \
        colbert) with a model's directory ranks the best DEPTH documents of the stage before anew, and the others keep their \
        order behind them. In search the first stage may be the index's own (bm25 or encoder). JSON \
        Lines tell each document's stage and stage_scores.
        """),
    CommandOption(
      name: "model", placeholder: "DIR", subcommands: [.search],
      summary: "the model of stages that name none (default: the ones in weights/)"),
  ]
}
