public import Checkpoints
public import TrainingData
public import Transformers

/// All that decides how a training goes, but for its data and the model that it begins with.
public struct TrainingRecipe: Sendable, Hashable {
  /// What is learnt, each from data of its own, all on one set of weights.
  public var tasks: [TaskRecipe]
  /// How often the weights are changed.
  public var steps: Int
  /// Tokens of a step, reached or passed by whole lists.
  public var tokensPerStep: Int
  /// Tokens of one forward and backward pass, at most, but for a longer single list: memory grows with it.
  public var tokensPerPass: Int
  /// Parts of a step that are computed side by side; the result depends on it, but not on the threads.
  public var parts: Int
  /// Of everything random.
  public var seed: UInt64
  /// That of linear layers' products, `fp32` or `bf16`: weights, inputs and gradients are rounded before
  /// they are multiplied, and everything else stays in single precision.
  public var precision: Precision
  /// How weights follow gradients.
  public var optimizer: OptimizerSettings
  /// How the learning rate rises and falls.
  public var schedule: LearningRateSchedule
  /// The share of activations that is dropped.
  public var dropout: Double
  /// How much of the weights' running average stays at each step; 0 for no average.
  public var average: Double
  /// Prefixes of parameters that stay as they are.
  public var frozen: [String]
  /// Steps between two saves.
  public var saveEvery: Int
  /// Steps between two validations.
  public var validateEvery: Int
  /// Lists of each task that are kept out of the training and validated on.
  public var validationLists: Int
  /// How the learnt weights are stored.
  public var storage: ScalarType

  /// A recipe with defaults that suit fine-tuning of a small model.
  public init(tasks: [TaskRecipe], steps: Int) {
    self.tasks = tasks
    self.steps = steps
    tokensPerStep = 8192
    tokensPerPass = 2048
    parts = 2
    seed = 1
    precision = .fp32
    optimizer = OptimizerSettings()
    schedule = LearningRateSchedule(decay: .linear, warmup: max(steps / 20, 1))
    dropout = 0
    average = 0
    frozen = []
    saveEvery = 200
    validateEvery = 200
    validationLists = 200
    storage = .float32
  }
}

/// How weights follow gradients.
public struct OptimizerSettings: Sendable, Hashable {
  /// The rule.
  public enum Name: String, Sendable, Hashable, CaseIterable {
    case adamw
    case adafactor
  }

  /// The rule.
  public var name: Name = .adamw
  /// The learning rate, before the schedule.
  public var rate: Double = 1e-4
  /// Learning rates of parameters by the longest prefix of their names that is named here.
  public var rates: [String: Double] = [:]
  /// Whether a parameter's rate grows with the root mean square of its first values, 0.05 being 1.
  public var isRelative = false
  /// How much of the running mean of the gradients stays at each step.
  public var beta1: Double = 0.9
  /// How much of the running mean of the squared gradients stays at each step.
  public var beta2: Double = 0.98
  /// Added to the root of the squares.
  public var epsilon: Double = 1e-8
  /// Weight decay; vectors have none.
  public var decay: Double = 0
  /// The greatest norm of a step's gradient, to which longer ones are shortened; 0 for no limit.
  public var clip: Double = 1

  /// The defaults.
  public init() {}
}

/// One thing that is learnt.
public struct TaskRecipe: Sendable, Hashable {
  /// What the model gives, and what for.
  public enum Mode: String, Sendable, Hashable, CaseIterable {
    case mono
    case rank
    case duo
    case cross
    /// The encoder's states, like those of a teacher.
    case states
  }

  /// Something to make small.
  public enum Loss: Sendable, Hashable {
    /// Of one text's labels: cross-entropy against the wanted distribution.
    case labels
    /// Of a list's scores.
    case ranking(RankingLoss)
  }

  /// How a teacher's numbers become log-odds: scale · (score + bonus if relevant − center).
  public struct Teacher: Sendable, Hashable {
    /// Multiplies.
    public var scale: Double = 1
    /// The score of an even chance.
    public var center: Double = 0
    /// Added for candidates that are labelled relevant.
    public var bonus: Double = 0

    /// Scores as they are.
    public init() {}

    /// A candidate's log-odds.
    func logOdds(_ score: Double, label: Double) -> Double {
      scale * (score + (label > 0 ? bonus : 0) - center)
    }
  }

  /// What the model gives.
  public var mode: Mode
  /// Where its lists come from.
  public var data: [TrainingDataSource]
  /// The task's part of all tokens, relative to the other tasks'.
  public var share: Double = 1
  /// Weights of what is made small; nil: the usual loss of the mode, see `usualLoss(labels:)`.
  public var losses: [Loss: Double]?
  /// The prompt's name or path; nil: the model's own.
  public var prompt: String?
  /// Candidates of a list in one step.
  public var listSize = 8
  /// Ordered pairs of a list in one step, for duo.
  public var pairs = 8
  /// Token budgets of a text, one of which is drawn for each list.
  public var maximumTokens: [Int] = [192]
  /// How a teacher's numbers become log-odds; nil: labels alone are used, whatever the data hold.
  public var teacher: Teacher?
  /// For rank: the standard deviation of the wanted distribution over ratings.
  public var labelWidth = 0.6
  /// For states: the directory of the teacher, a BERT encoder.
  public var teacherModel: String?
  /// For states: blocks of the model and layers of the teacher that are compared, beside the last.
  public var layers: [LayerPair] = []
  /// For states: what counts how much in the comparison.
  public var stateWeights = StateWeights()

  /// Weights of what is compared of the states of a text, see `StatesTask`.
  public struct StateWeights: Sendable, Hashable {
    /// Of 1 − cosine, the mean over the tokens.
    public var cosine: Double = 1
    /// Of 1 − cosine of the means over the tokens; of the last states alone.
    public var meanCosine: Double = 0.5
    /// Of the squared difference relative to the teacher's squares.
    public var squared: Double = 0.25

    /// The defaults.
    public init() {}
  }

  /// A block of the model and the teacher's layer that its states should resemble, from 1.
  public struct LayerPair: Sendable, Hashable {
    /// Of the model.
    public var block: Int
    /// Of the teacher.
    public var layer: Int

    /// Names both.
    public init(block: Int, layer: Int) {
      self.block = block
      self.layer = layer
    }
  }

  /// A task with the usual loss of its mode.
  public init(mode: Mode, data: [TrainingDataSource]) {
    self.mode = mode
    self.data = data
  }

  /// What is made small where the recipe does not say: of rank and duo the cross-entropy of the labels, if there
  /// are two to compare, else the listwise loss.
  func usualLoss(labels: Int) -> Loss {
    switch mode {
    case .rank, .duo: labels > 1 ? .labels : .ranking(.listwise)
    case .mono, .cross, .states: .ranking(.listwise)
    }
  }
}
