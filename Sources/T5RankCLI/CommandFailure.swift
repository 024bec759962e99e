import Checkpoints
import ModelHub
import RankingCore
import RankingFormats
import Reranking
import Retrieval
import ScoreStore
import Tokenization
import Training
import Transformers

/// An error in the words and with the exit status that the user gets: the one place for both.
struct CommandFailure: Error {
  let exitCode: ExitCode
  /// nil: nothing is to be said (a closed pipe).
  let message: String?

  init(_ error: any Error) {
    message = (error as? OutputError) == .closedPipe ? nil : String(describing: error)
    exitCode =
      switch error {
      case is UsageError: .arguments
      case let error as FormatError: Self.exitCode(of: error)
      case let error as OutputError: error == .closedPipe ? .done : .runTimeFailure
      case let error as RerankingError: Self.exitCode(of: error)
      case let error as RetrievalError: Self.exitCode(of: error)
      case let error as ScoreStoreError: Self.exitCode(of: error)
      case let error as BiEncoderError: Self.exitCode(of: error)
      case let error as CheckpointError: Self.exitCode(of: error)
      case let error as TokenizerError: Self.exitCode(of: error)
      case is ModelError: .badInput
      case let error as TrainingError: Self.exitCode(of: error)
      case let error as HubError: Self.exitCode(of: error)
      default: .runTimeFailure
      }
  }

  private static func exitCode(of error: FormatError) -> ExitCode {
    switch error.kind {
    case .missing, .unreadable: .missingFile
    case .corrupt, .malformed, .empty: .badInput
    }
  }

  private static func exitCode(of error: RerankingError) -> ExitCode {
    switch error {
    case .fileMissing: .missingFile
    case .unusableModel, .unusablePrompt, .unusableQuery, .scoreNotFinite: .badInput
    case .unusableOptions, .tooManyPairs: .arguments
    }
  }

  private static func exitCode(of error: TrainingError) -> ExitCode {
    switch error {
    case .unusableRecipe: .arguments
    case .stateMissing: .missingFile
    case .unusableData, .unusableState: .badInput
    case .diverged, .unwritable: .runTimeFailure
    }
  }

  private static func exitCode(of error: HubError) -> ExitCode {
    switch error {
    case .unusableName: .arguments
    case .missing, .refused: .missingFile
    case .unusableAnswer: .badInput
    case .transferFailed, .unwritable: .runTimeFailure
    }
  }

  private static func exitCode(of error: RetrievalError) -> ExitCode {
    switch error {
    case .missing, .unreadable: .missingFile
    case .corrupt, .repeatedDocument, .unusableCorpus, .unusableQuery: .badInput
    case .unusableParameters: .arguments
    case .unwritable: .runTimeFailure
    }
  }

  private static func exitCode(of error: ScoreStoreError) -> ExitCode {
    switch error {
    case .notACache: .badInput
    case .unusable: .runTimeFailure
    }
  }

  private static func exitCode(of error: BiEncoderError) -> ExitCode {
    switch error {
    case .fileMissing: .missingFile
    case .unusableModel, .notFinite, .otherModel: .badInput
    case .unusableOptions: .arguments
    }
  }

  private static func exitCode(of error: CheckpointError) -> ExitCode {
    switch error {
    case .fileMissing, .unreadable: .missingFile
    case .malformed, .unsupportedScalar, .noSuchTensor: .badInput
    case .unwritable: .runTimeFailure
    }
  }

  private static func exitCode(of error: TokenizerError) -> ExitCode {
    switch error {
    case .fileMissing, .unreadable: .missingFile
    case .malformed: .badInput
    }
  }
}

/// A word in a subcommand's place that is none.
func unknownSubcommand(_ word: String) -> UsageError {
  let names = Subcommand.allCases.map(\.rawValue)
  let hint = nearestName(to: word, in: names).map { "did you mean \($0)?" }
  return UsageError(
    "unknown subcommand '\(printable(word))'; "
      + (hint ?? "there are \(names.joined(separator: ", "))"))
}
