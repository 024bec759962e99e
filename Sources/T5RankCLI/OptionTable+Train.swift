import Training

/// The options of `t5rank train`.
extension OptionTable {
  static let training: [CommandOption] = [
    CommandOption(
      name: "recipe", placeholder: "FILE", subcommands: [.train],
      summary: "train as this JSON file says; docs/training.md explains its keys",
      details: """
        Tasks with their data, losses and shares, steps, optimiser, schedule. Paths in it are relative \
        to the working directory. Other options of the training itself are refused beside it.
        """),
    CommandOption(
      name: "data", placeholder: "FILE", isRepeatable: true, subcommands: [.train],
      summary: "without a recipe: examples to learn from, as mine writes them",
      details: """
        JSON Lines: {"query", "positive", "negatives", "scores"}, or rows {"query", "document", \
        "label"}; gzip data are expanded.
        """),
    CommandOption(
      name: "mode", placeholder: "MODE",
      choices: TaskRecipe.Mode.allCases.filter { $0 != .states }.map(\.rawValue),
      subcommands: [.train],
      summary: "without a recipe: what is learnt (default: the model's own mode)"),
    CommandOption(
      name: "loss", placeholder: "NAME",
      choices: ["labels"] + RankingLoss.allCases.map(\.rawValue), isRepeatable: true,
      subcommands: [.train],
      summary: "without a recipe: what is made small (default: the mode's own)",
      details: """
        labels is cross-entropy of the label words; binary, pairwise (RankNet), listwise (softmax), \
        poly1 and margin-mse look at the scores of a query's candidates. mono and cross begin with \
        listwise, rank and duo with labels.
        """),
    CommandOption(
      name: "steps", placeholder: "N", subcommands: [.train],
      summary: "without a recipe: how often weights are changed (default: 1000)"),
    CommandOption(
      name: "rate", placeholder: "NUMBER", subcommands: [.train],
      summary: "without a recipe: the learning rate (default: 1e-4)"),
    CommandOption(
      name: "seed", placeholder: "N", subcommands: [.train],
      summary: "without a recipe: of everything random (default: 1)"),
    CommandOption(
      name: "model", placeholder: "DIR", subcommands: [.train],
      summary: "the model to begin with (default: the one in weights/)"),
    CommandOption(
      name: "output", short: "o", placeholder: "DIR", subcommands: [.train],
      summary: "where the model and the state of the training are written",
      details: """
        A directory in the Hugging Face layout, with the best weights so far; training.safetensors in \
        it is what --resume goes on from, training.jsonl the log.
        """),
    CommandOption(
      name: "resume", subcommands: [.train],
      summary: "go on where a training into the same directory was stopped",
      details: """
        Interrupts save first, and a killed run loses what came after its last save. The result is the \
        same, bit for bit, as without a stop.
        """),
    CommandOption(
      name: "threads", placeholder: "N", subcommands: [.train],
      summary: "threads that compute (default: one for each core)",
      details: "The result does not depend on it; no more are used than a step has parts (2)."),
    CommandOption(
      name: "quiet", short: "q", subcommands: [.train],
      summary: "no progress, no notes and no summary; only errors"),
  ]
}
