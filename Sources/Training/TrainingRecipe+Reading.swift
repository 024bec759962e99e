import Checkpoints
public import JSON
import Reranking
import TrainingData
import Transformers

extension TrainingRecipe {
  /// Reads a recipe.
  ///
  /// What it leaves out has the default of `init(tasks:steps:)`.
  ///
  /// - Throws: `TrainingError.unusableRecipe` naming the place, what was expected and what was found.
  public init(_ value: JSONValue) throws(TrainingError) {
    do {
      try self.init(reading: value)
    } catch {
      throw .unusableRecipe(error.reason)
    }
    try check()
  }

  private init(reading value: JSONValue) throws(Mismatch) {
    let object = try StrictObject(
      value, at: "", required: ["tasks", "steps"],
      optional: [
        "tokens_per_step", "tokens_per_pass", "parts", "seed", "optimizer", "schedule", "dropout",
        "average", "freeze", "save_every", "validate_every", "validation_lists", "dtype",
        "precision", "data",
      ])
    let data = try TrainingDataSource.sources(of: object, at: "data")
    let entries = try object.value("tasks", "an array of at least one task") {
      $0.array.flatMap { $0.isEmpty ? nil : $0 }
    }
    var tasks: [TaskRecipe] = []
    for (index, entry) in entries.enumerated() {
      tasks.append(try TaskRecipe(reading: entry, at: "tasks[\(index)]", usualData: data))
    }
    self.init(tasks: tasks, steps: try object.value("steps", Self.count) { $0.positive })
    tokensPerStep =
      try object.optional("tokens_per_step", Self.count) { $0.positive } ?? tokensPerStep
    tokensPerPass =
      try object.optional("tokens_per_pass", Self.count) { $0.positive } ?? tokensPerPass
    parts = try object.optional("parts", "an integer from 1 to 64") { $0.positive } ?? parts
    seed =
      try object.optional("seed", "an integer that is not negative") {
        $0.int.flatMap { UInt64(exactly: $0) }
      } ?? seed
    if let value = try object.optional("optimizer", "an object", { $0 }) {
      optimizer = try OptimizerSettings(reading: value)
    }
    if let value = try object.optional("schedule", "an object", { $0 }) {
      schedule = try LearningRateSchedule(reading: value, usual: schedule)
    }
    dropout = try object.optional("dropout", Self.share) { $0.share } ?? dropout
    average = try object.optional("average", Self.share) { $0.share } ?? average
    frozen = try object.optional("freeze", "an array of strings") { $0.strings } ?? frozen
    saveEvery = try object.optional("save_every", Self.count) { $0.positive } ?? saveEvery
    validateEvery =
      try object.optional("validate_every", Self.count) { $0.positive } ?? validateEvery
    validationLists =
      try object.optional("validation_lists", "an integer that is not negative") {
        $0.int.flatMap { $0 >= 0 ? $0 : nil }
      } ?? validationLists
    storage =
      try object.optional("dtype", "one of F32, F16, BF16") {
        $0.string.flatMap(ScalarType.init).flatMap {
          [.float32, .float16, .bfloat16].contains($0) ? $0 : nil
        }
      } ?? storage
    precision =
      try object.optional("precision", "one of fp32, bf16") {
        $0.string.flatMap(Precision.init).flatMap { Self.precisions.contains($0) ? $0 : nil }
      } ?? precision
  }

  /// `auto` would make the result depend on the machine.
  private static let precisions: [Precision] = [.fp32, .bf16]

  fileprivate static let count = "an integer of at least 1"
  fileprivate static let share = "a number from 0 to below 1"

  /// What no single value shows.
  func check() throws(TrainingError) {
    guard !tasks.isEmpty else { throw .unusableRecipe("tasks: expected at least one, found none") }
    guard (1...64).contains(parts) else {
      throw .unusableRecipe("parts: expected an integer from 1 to 64, found \(parts)")
    }
    guard steps >= 1, tokensPerStep >= 1, tokensPerPass >= 1, saveEvery >= 1, validateEvery >= 1
    else { throw .unusableRecipe("expected numbers of steps and tokens of at least 1") }
    guard Self.precisions.contains(precision) else {
      throw .unusableRecipe(
        "precision: expected one of fp32, bf16, found \(precision.rawValue)")
    }
    guard Float(optimizer.epsilon) > 0 else {
      throw .unusableRecipe(
        "optimizer.epsilon: expected a number above 0 in single precision, found \(optimizer.epsilon)"
      )
    }
    let isCross = tasks.contains { $0.mode == .cross }
    guard !isCross || tasks.allSatisfy({ $0.mode == .cross || $0.mode == .states }) else {
      throw .unusableRecipe(
        "tasks: expected tasks of a BERT (cross, states) or of a T5 (mono, rank, duo, states), "
          + "found both")
    }
    for (index, task) in tasks.enumerated() {
      guard task.share > 0, task.share.isFinite else {
        throw .unusableRecipe("tasks[\(index)].share: expected more than 0, found \(task.share)")
      }
      guard !task.data.isEmpty else {
        throw .unusableRecipe("tasks[\(index)].data: expected at least one file, found none")
      }
      guard !task.maximumTokens.isEmpty, task.maximumTokens.allSatisfy({ $0 >= 1 }) else {
        throw .unusableRecipe("tasks[\(index)].max_tokens: expected at least one positive budget")
      }
      let weights = task.stateWeights
      guard task.losses?.isEmpty != true, weights.cosine + weights.meanCosine + weights.squared > 0
      else {
        throw .unusableRecipe("tasks[\(index)].losses: expected at least one, found none")
      }
      guard task.losses?[.ranking(.marginMSE)] == nil || task.teacher != nil else {
        throw .unusableRecipe(
          "tasks[\(index)].losses.margin-mse: expected a teacher beside it, found none")
      }
      guard task.mode != .duo || task.losses?.keys.allSatisfy(\.suitsPairs) != false else {
        throw .unusableRecipe(
          "tasks[\(index)].losses: expected labels or binary for duo, whose pairs are scored one "
            + "by one, found others")
      }
    }
  }
}

extension TrainingRecipe {
  /// - Throws: `TrainingError.unusableRecipe` for the beginning of a name that no parameter has.
  func checkPrefixes(of names: [String]) throws(TrainingError) {
    let prefixes =
      frozen.map { (place: "freeze", text: $0) }
      + optimizer.rates.keys.sorted().map { (place: "optimizer.rates", text: $0) }
    for (place, text) in prefixes where !names.contains(where: { $0.hasPrefix(text) }) {
      throw .unusableRecipe(
        "\(place): expected the beginning of a parameter's name, such as "
          + "\(JSONValue.string(names.first ?? "").serialized()), found "
          + JSONValue.string(text).serialized())
    }
  }
}

extension TaskRecipe.Loss {
  /// Whether it looks at single scores.
  fileprivate var suitsPairs: Bool { self == .labels || self == .ranking(.binary) }
}

extension OptimizerSettings {
  fileprivate init(reading value: JSONValue) throws(Mismatch) {
    let object = try StrictObject(
      value, at: "optimizer", required: [],
      optional: [
        "name", "rate", "rates", "relative", "beta1", "beta2", "epsilon", "decay", "clip",
      ])
    self.init()
    let count = "a number of at least 0"
    name = try object.optionalChoice("name") ?? name
    rate = try object.optional("rate", count) { $0.magnitude } ?? rate
    rates =
      try object.optional("rates", "an object of numbers of at least 0") { value in
        value.object.flatMap { members in
          let pairs = members.compactMap { member in
            member.value.magnitude.map { (member.key, $0) }
          }
          return pairs.count == members.count
            ? Dictionary(pairs, uniquingKeysWith: { first, _ in first }) : nil
        }
      } ?? rates
    isRelative = try object.optional("relative", "true or false") { $0.bool } ?? isRelative
    beta1 = try object.optional("beta1", TrainingRecipe.share) { $0.share } ?? beta1
    beta2 = try object.optional("beta2", TrainingRecipe.share) { $0.share } ?? beta2
    epsilon = try object.optional("epsilon", count) { $0.magnitude } ?? epsilon
    decay = try object.optional("decay", count) { $0.magnitude } ?? decay
    clip = try object.optional("clip", count) { $0.magnitude } ?? clip
  }
}

extension LearningRateSchedule {
  fileprivate init(reading value: JSONValue, usual: Self) throws(Mismatch) {
    let object = try StrictObject(
      value, at: "schedule", required: [], optional: ["decay", "warmup", "floor"])
    self = usual
    decay = try object.optionalChoice("decay") ?? decay
    warmup =
      try object.optional("warmup", "an integer that is not negative") {
        $0.int.flatMap { $0 >= 0 ? $0 : nil }
      } ?? warmup
    floor = try object.optional("floor", TrainingRecipe.share) { $0.share } ?? floor
  }
}

extension TaskRecipe {
  fileprivate init(
    reading value: JSONValue, at place: String, usualData: [TrainingDataSource]?
  ) throws(Mismatch) {
    let object = try StrictObject(
      value, at: place, required: usualData == nil ? ["mode", "data"] : ["mode"],
      optional: ["data", "share", "max_tokens", "losses"] + Self.keys.map(\.name))
    self.init(
      mode: try object.choice("mode"),
      data: try TrainingDataSource.sources(of: object, at: "\(place).data") ?? usualData ?? [])
    for key in Self.keys where value[key.name] != nil && !key.modes.contains(mode) {
      throw Mismatch(
        "\(place).\(key.name)", expected: "no such key beside the mode \(mode.rawValue)",
        found: "one")
    }
    share = try object.optional("share", "a number above 0") { $0.magnitude } ?? share
    prompt = try object.optional("prompt", "a prompt's name or path") { $0.string }
    listSize =
      try object.optional("list_size", "an integer from 2 to 1000") {
        $0.int.flatMap { (2...1000).contains($0) ? $0 : nil }
      } ?? listSize
    pairs = try object.optional("pairs", TrainingRecipe.count) { $0.positive } ?? pairs
    maximumTokens =
      try object.optional("max_tokens", "a budget of tokens, or an array of some") { value in
        value.positive.map { [$0] }
          ?? value.array.flatMap { values in
            let budgets = values.compactMap(\.positive)
            return budgets.count == values.count && !budgets.isEmpty ? budgets : nil
          }
      } ?? maximumTokens
    labelWidth =
      try object.optional("label_width", "a number of at least 0") { $0.magnitude } ?? labelWidth
    teacherModel = try object.optional("teacher_model", "a directory's path") { $0.string }
    if let value = try object.optional("losses", "an object", { $0 }) {
      if mode == .states {
        stateWeights = try StateWeights(reading: value, at: "\(place).losses")
      } else {
        losses = try Self.losses(value, at: "\(place).losses")
      }
    }
    if let value = try object.optional("teacher", "an object", { $0 }) {
      teacher = try Teacher(reading: value, at: "\(place).teacher")
    }
    layers =
      try object.optional("layers", "an array of pairs [block, layer], from 1") { value in
        value.array.flatMap { pairs in
          let read = pairs.compactMap { pair -> LayerPair? in
            guard pair.array?.count == 2, let block = pair[0]?.positive,
              let layer = pair[1]?.positive
            else { return nil }
            return LayerPair(block: block, layer: layer)
          }
          return read.count == pairs.count ? read : nil
        }
      } ?? layers
  }

  /// What some modes alone have a use for.
  private static let keys: [(name: String, modes: Set<Mode>)] = [
    ("teacher", [.mono, .rank, .duo, .cross]), ("list_size", [.mono, .rank, .duo, .cross]),
    ("prompt", [.mono, .rank, .duo, .states]), ("label_width", [.rank]), ("pairs", [.duo]),
    ("teacher_model", [.states]), ("layers", [.states]),
  ]

  private static func losses(
    _ value: JSONValue, at place: String
  ) throws(Mismatch) -> [Loss: Double] {
    let names = RankingLoss.allCases.map(\.rawValue)
    let object = try StrictObject(value, at: place, required: [], optional: ["labels"] + names)
    var losses: [Loss: Double] = [:]
    for name in ["labels"] + names {
      let weight = try object.optional(name, "a number of at least 0") { $0.magnitude }
      guard let weight, weight > 0 else { continue }
      losses[RankingLoss(rawValue: name).map { .ranking($0) } ?? .labels] = weight
    }
    return losses
  }
}

extension TaskRecipe.StateWeights {
  /// What is not named counts nothing.
  fileprivate init(reading value: JSONValue, at place: String) throws(Mismatch) {
    let object = try StrictObject(
      value, at: place, required: [], optional: ["cosine", "mean-cosine", "mse"])
    func weight(_ name: String) throws(Mismatch) -> Double {
      try object.optional(name, "a number of at least 0") { $0.magnitude } ?? 0
    }
    self.init()
    cosine = try weight("cosine")
    meanCosine = try weight("mean-cosine")
    squared = try weight("mse")
  }
}

extension TrainingDataSource {
  /// The sources that an object's `data` names; nil if it has none.
  fileprivate static func sources(
    of object: StrictObject, at place: String
  ) throws(Mismatch) -> [Self]? {
    let entries = try object.optional("data", "a source, or an array of at least one") {
      $0.array.map { $0.isEmpty ? nil : $0 } ?? [$0]
    }
    guard let entries else { return nil }
    var sources: [Self] = []
    for (index, entry) in entries.enumerated() {
      sources.append(try Self(reading: entry, at: "\(place)[\(index)]"))
    }
    return sources
  }

  fileprivate init(reading value: JSONValue, at place: String) throws(Mismatch) {
    if let path = value.string {
      self = .examples(path: path)
      return
    }
    let path = "a file's path"
    if value["triples"] != nil {
      let object = try StrictObject(
        value, at: place, required: ["triples", "queries", "collection"])
      self = .triples(
        path: try object.value("triples", path) { $0.string },
        queries: try object.value("queries", path) { $0.string },
        collection: try object.value("collection", path) { $0.string })
      return
    }
    guard value.object != nil else {
      throw Mismatch(
        place, expected: "a file's path, or an object with triples or qrels", found: value.kind)
    }
    let object = try StrictObject(
      value, at: place, required: ["qrels", "queries", "corpus"], optional: ["run"])
    self = .judgements(
      qrels: try object.value("qrels", path) { $0.string },
      run: try object.optional("run", path) { $0.string },
      queries: try object.value("queries", path) { $0.string },
      corpus: try object.value("corpus", "a file's path, or an array of some") {
        $0.string.map { [$0] } ?? $0.strings
      })
  }
}

extension TaskRecipe.Teacher {
  fileprivate init(reading value: JSONValue, at place: String) throws(Mismatch) {
    let object = try StrictObject(
      value, at: place, required: [], optional: ["scale", "center", "bonus"])
    self.init()
    scale = try object.optional("scale", "a number") { $0.double } ?? scale
    center = try object.optional("center", "a number") { $0.double } ?? center
    bonus = try object.optional("bonus", "a number") { $0.double } ?? bonus
  }
}

extension JSONValue {
  fileprivate var positive: Int? { int.flatMap { $0 >= 1 ? $0 : nil } }
  fileprivate var magnitude: Double? { double.flatMap { $0 >= 0 && $0.isFinite ? $0 : nil } }
  fileprivate var share: Double? { double.flatMap { $0 >= 0 && $0 < 1 ? $0 : nil } }
  fileprivate var strings: [String]? {
    array.flatMap { values in
      let strings = values.compactMap(\.string)
      return strings.count == values.count ? strings : nil
    }
  }
}
