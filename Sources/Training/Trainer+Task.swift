import RankingCore
import Reranking
import TrainingData

extension Trainer {
  /// One thing that is learnt, with the model at hand.
  enum Task: Sendable {
    case ranking(RankingTask)
    case states(StatesTask)

    var recipe: TaskRecipe {
      switch self {
      case .ranking(let task): task.recipe
      case .states(let task): task.recipe
      }
    }

    /// - Throws: `TrainingError.unusableRecipe` with the task's place, or what keeps a model from being read.
    init(
      _ recipe: TaskRecipe, number: Int, for directory: ModelDirectory, lists: [TrainingExample]
    ) throws {
      let greatest = lists.lazy.flatMap(\.positives).map(\.grade).max() ?? 1
      func misplaced(_ reason: String) -> TrainingError {
        .unusableRecipe("tasks[\(number)]: \(reason)")
      }
      do {
        self =
          recipe.mode == .states
          ? .states(try StatesTask(recipe, for: directory))
          : .ranking(
            try RankingTask(
              recipe, greatestGrade: max(greatest, .leastNormalMagnitude), for: directory))
      } catch TrainingError.unusableRecipe(let reason) {
        throw misplaced(reason)
      } catch RerankingError.unusableOptions(let reason) {
        throw misplaced(reason)
      }
    }

    /// - Parameter others: The indices of the lists that are not kept out.
    /// - Throws: `TrainingError` for lists from which the task learns nothing, whichever is drawn.
    func check(_ lists: [TrainingExample], _ others: [Int], number: Int) throws(TrainingError) {
      let path = recipe.data.first?.paths.first ?? ""
      guard !others.isEmpty else {
        throw .unusableRecipe(
          "tasks[\(number)]: expected data of at least two queries, of which one is not kept out by "
            + "validation_lists, found none to learn from")
      }
      var random = SplitMix64(seed: 1)
      guard others.contains(where: { unit(of: lists[$0], using: &random) != nil }) else {
        throw .unusableData(
          path: path,
          reason: "expected lists of at least two passages for tasks[\(number)], found none; "
            + "t5rank mine finds negatives")
      }
      guard
        recipe.teacher == nil || recipe.mode == .states
          || others.contains(where: { lists[$0].scores != nil })
      else {
        throw .unusableData(
          path: path,
          reason: "expected scores for the teacher of tasks[\(number)], found none; "
            + "t5rank mine --teacher writes them")
      }
    }

    func unit(of list: TrainingExample, using random: inout SplitMix64) -> RankingTask.Unit? {
      switch self {
      case .ranking(let task): task.unit(of: list, using: &random)
      case .states(let task): task.unit(of: list, using: &random)
      }
    }
  }
}
