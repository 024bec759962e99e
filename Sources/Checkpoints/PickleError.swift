/// Why a pickle is refused: the reason, and the byte of the operation that is wrong.
struct PickleError: Error {
  let reason: String
  let offset: Int
}
