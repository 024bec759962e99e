import RankingCore
package import Reranking
import Tokenization
import TrainingData
import Transformers

/// Turns lists into what a model reads, and its outputs into losses, for one task.
struct RankingTask: Sendable {
  /// A text, or a pair of texts, as the model reads it.
  struct Input: Sendable {
    let tokens: [TokenID]
    /// For a BERT; empty for a T5.
    let types: [Int32]
  }

  /// Some candidates that one loss looks at together.
  struct Group: Sendable {
    let inputs: Range<Int>
    let targets: RankingLoss.Targets
  }

  /// What one list adds to a step.
  struct Unit: Sendable {
    let inputs: [Input]
    let groups: [Group]

    var tokenCount: Int { inputs.reduce(0) { $0 + $1.tokens.count } }
  }

  private enum Encoder: Sendable {
    case prompt([PromptEncoder])
    case pair([PairEncoder])
  }

  let recipe: TaskRecipe
  /// What outputs are asked for: tokens of labels; nil for a classifier.
  let labelTokens: [TokenID]?
  let head: ScoreHead
  private let labelValues: [Double]
  private let losses: [TaskRecipe.Loss: Double]
  private let greatestGrade: Double
  private let encoder: Encoder

  /// - Parameter greatestGrade: Of all that the task is learnt from: the grade of what is wholly relevant.
  /// - Throws: `RerankingError` or `TrainingError` for a task that does not fit the model.
  init(_ recipe: TaskRecipe, greatestGrade: Double, for directory: ModelDirectory) throws {
    self.recipe = recipe
    self.greatestGrade = greatestGrade
    if recipe.mode == .cross {
      let model = try directory.classifier()
      let labels = model.labels
      labelTokens = nil
      labelValues = (0..<labels).map(Double.init)
      guard labels == 1 || labels == 2 else {
        throw TrainingError.unusableRecipe(
          "cross: expected a model of one or two labels, found \(labels)")
      }
      losses = try recipe.losses(labels: labels)
      head = labels == 1 ? .output(0) : .difference(yes: 1, no: 0)
      try recipe.checkBudgets(within: model.maximumPositions, of: directory.path)
      let template = try directory.pairTemplate()
      encoder = .pair(
        try recipe.maximumTokens.map {
          try PairEncoder(
            tokenizer: directory.tokenizer, template: template, maximumTokens: $0,
            truncation: .document)
        })
      return
    }
    guard let prompt = try recipe.wording(for: directory) else {
      preconditionFailure("states are no ranking")
    }
    guard prompt.mode.rawValue == recipe.mode.rawValue else {
      throw TrainingError.unusableRecipe(
        "prompt: expected one of mode \(recipe.mode.rawValue), found \(prompt.name) of mode "
          + prompt.mode.rawValue)
    }
    guard let tokens = try ResolvedLabels(prompt, tokenizer: directory.tokenizer).singleTokens
    else {
      throw TrainingError.unusableRecipe(
        "prompt \(prompt.name): expected labels of one piece each, found longer ones, "
          + "which training does not know")
    }
    labelTokens = tokens
    labelValues = prompt.labels.map(\.value)
    losses = try recipe.losses(labels: labelValues.count)
    head = try Self.head(of: prompt)
    encoder = .prompt(
      try recipe.maximumTokens.map {
        try PromptEncoder(prompt, tokenizer: directory.tokenizer, maximumTokens: $0)
      })
  }

  private static func head(of prompt: Prompt) throws(TrainingError) -> ScoreHead {
    let values = prompt.labels.map(\.value)
    switch prompt.scoring {
    case .expectedValue: return .expectation(values)
    case .logit: return .output(0)
    case .logOdds:
      guard let yes = values.firstIndex(of: 1), let no = values.firstIndex(of: 0) else {
        throw .unusableRecipe("prompt \(prompt.name): expected labels of the values 0 and 1")
      }
      return .difference(yes: yes, no: no)
    }
  }

  /// What a list adds to a step; nil for a list that teaches nothing, such as one without negatives.
  func unit(of list: TrainingExample, using random: inout SplitMix64) -> Unit? {
    let passages = list.passages
    let scores = list.scores
    let chosen = choice(
      from: passages.map(\.grade), isRated: recipe.teacher != nil && scores != nil, using: &random)
    guard chosen.count >= 2 else { return nil }
    let budget = Int(random.next(upperBound: UInt64(recipe.maximumTokens.count)))
    let teacher: [Double]? = recipe.teacher.flatMap { teacher in
      scores.map { scores in
        chosen.map { teacher.logOdds(scores[$0], label: passages[$0].grade) }
      }
    }
    let labels = chosen.map { max(passages[$0].grade, 0) / greatestGrade }
    let texts = chosen.map { passages[$0].text }
    if recipe.mode == .duo {
      return pairs(of: texts, labels, teacher, list.query, budget, using: &random)
    }
    let inputs = inputs(texts.map { [$0] }, query: list.query, budget: budget)
    return Unit(
      inputs: inputs,
      groups: [
        Group(
          inputs: 0..<inputs.count,
          targets: RankingLoss.Targets(labels: labels, teacher: teacher))
      ])
  }

  /// One relevant candidate, and others up to the list's size; positions in the list.
  private func choice(
    from grades: [Double], isRated: Bool, using random: inout SplitMix64
  ) -> [Int] {
    let relevant = grades.indices.filter { grades[$0] > 0 }
    var rest = Array(grades.indices)
    var chosen: [Int] = []
    if !relevant.isEmpty {
      let first = relevant[Int(random.next(upperBound: UInt64(relevant.count)))]
      chosen = [first]
      // Without a teacher, another one of its grade would be taken for equally good; with one, it is rated.
      rest.removeAll { $0 == first || (!isRated && grades[$0] == grades[first]) }
    }
    while chosen.count < recipe.listSize, !rest.isEmpty {
      chosen.append(rest.remove(at: Int(random.next(upperBound: UInt64(rest.count)))))
    }
    return chosen
  }

  /// Ordered pairs that differ in what is wanted of them.
  private func pairs(
    of texts: [String], _ labels: [Double], _ teacher: [Double]?, _ query: String, _ budget: Int,
    using random: inout SplitMix64
  ) -> Unit? {
    let wanted = teacher ?? labels
    var candidates = texts.indices.flatMap { i in
      texts.indices.compactMap { j in wanted[i] != wanted[j] ? (i, j) : nil }
    }
    var documents: [[String]] = []
    var groups: [Group] = []
    while groups.count < recipe.pairs, !candidates.isEmpty {
      let (i, j) = candidates.remove(at: Int(random.next(upperBound: UInt64(candidates.count))))
      groups.append(
        Group(
          inputs: groups.count..<groups.count + 1,
          targets: RankingLoss.Targets(
            labels: [labels[i] > labels[j] || (teacher != nil && wanted[i] > wanted[j]) ? 1 : 0],
            teacher: teacher.map { [$0[i] - $0[j]] })))
      documents.append([texts[i], texts[j]])
    }
    guard !groups.isEmpty else { return nil }
    return Unit(
      inputs: inputs(documents, query: query, budget: budget), groups: groups)
  }

  private func inputs(_ documents: [[String]], query: String, budget: Int) -> [Input] {
    switch encoder {
    case .prompt(let encoders):
      let encoder = encoders[budget]
      let query = encoder.encode(query)
      return documents.map {
        let prompt = encoder.encode(query: query, documents: $0.map(encoder.encode))
        return Input(tokens: prompt.tokens, types: [])
      }
    case .pair(let encoders):
      let encoder = encoders[budget]
      let query = encoder.encode(query: query)
      return documents.map {
        let pair = encoder.encode(
          query: query, document: encoder.encode(document: $0.first ?? "", for: query))
        return Input(tokens: pair.tokens, types: pair.types)
      }
    }
  }

  /// The loss of a unit's outputs, its gradient by them, and the scores.
  ///
  /// - Parameter outputs: For each input, one number a label.
  func loss(
    of unit: Unit, _ outputs: [[Double]]
  ) -> (loss: Double, slopes: [[Double]], scores: [Double]) {
    var slopes = outputs.map { $0.map { _ in 0.0 } }
    let scored = outputs.map { head.score($0) }
    var loss = 0.0
    for group in unit.groups {
      let share = Double(group.inputs.count) / Double(max(unit.inputs.count, 1))
      for (kind, weight) in losses.sorted(by: { $0.key.order < $1.key.order }) {
        switch kind {
        case .ranking(let ranking):
          let part = ranking.evaluate(
            group.inputs.map { scored[$0].score }, group.targets)
          loss += weight * share * part.loss
          for (index, slope) in zip(group.inputs, part.slopes) {
            for label in slopes[index].indices {
              slopes[index][label] += weight * share * slope * scored[index].slopes[label]
            }
          }
        case .labels:
          let each = weight * share / Double(max(group.inputs.count, 1))
          for (place, index) in group.inputs.enumerated() {
            let part = LabelLoss.evaluate(
              outputs[index], wanted: distribution(of: group.targets, at: place))
            loss += each * part.loss
            for label in slopes[index].indices { slopes[index][label] += each * part.slopes[label] }
          }
        }
      }
    }
    return (loss, slopes, scored.map(\.score))
  }

  /// The wanted distribution over the labels of one candidate.
  private func distribution(of targets: RankingLoss.Targets, at place: Int) -> [Double] {
    let probability = targets.probabilities[place]
    switch head {
    case .difference(let yes, let no):
      return labelValues.indices.map {
        $0 == yes ? probability : $0 == no ? 1 - probability : 0
      }
    case .expectation(let values):
      let (least, greatest) = (values.min() ?? 0, values.max() ?? 0)
      return LabelLoss.distribution(
        over: values, about: least + (greatest - least) * probability, width: recipe.labelWidth)
    case .output(let index):
      return labelValues.indices.map { $0 == index ? probability : 0 }
    }
  }
}

extension TaskRecipe {
  /// Weights of what is made small of a model's answers by so many labels.
  ///
  /// - Throws: `TrainingError.unusableRecipe` for a comparison of one label with nothing.
  func losses(labels: Int) throws(TrainingError) -> [Loss: Double] {
    let losses = losses ?? [usualLoss(labels: labels): 1]
    guard labels > 1 || losses[.labels] == nil else {
      throw .unusableRecipe(
        "losses.labels: expected two labels, whose chances it compares, found one")
    }
    return losses
  }

  /// The prompt that a T5 is asked with; nil where a BERT reads texts without one.
  ///
  /// - Throws: `RerankingError` for a prompt that cannot be read, and for a model that is not asked so.
  package func wording(for directory: ModelDirectory) throws -> Prompt? {
    var options = RerankerOptions()
    options.prompts = prompt.map { [$0] } ?? []
    if let mode = Prompt.Mode(rawValue: mode.rawValue) {
      _ = try directory.t5(for: mode)
      return try directory.prompt(for: mode, options: options)
    }
    guard mode == .states, case .t5 = directory.architecture else { return nil }
    return try directory.prompt(for: .mono, options: options)
  }

  /// - Throws: `TrainingError.unusableRecipe` for a budget that a model has no positions for.
  func checkBudgets(within positions: Int, of path: String) throws(TrainingError) {
    guard let budget = maximumTokens.first(where: { $0 > positions }) else { return }
    throw .unusableRecipe(
      "max_tokens: expected at most \(positions), for the positions of \(path), found \(budget)")
  }
}

extension TaskRecipe.Loss {
  /// A fixed order, so that sums round alike.
  var order: String {
    switch self {
    case .labels: "labels"
    case .ranking(let loss): loss.rawValue
    }
  }
}
