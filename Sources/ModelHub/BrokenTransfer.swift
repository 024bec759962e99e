/// An answer that did not come, broke off, or asks for patience.
struct BrokenTransfer: Error {
  let reason: String
  /// Whether another try may go better.
  var mayPass = true
  /// How many seconds the server wants to be left alone.
  var pause: Int?
  /// What the server answered, where that matters.
  var status: Int?
}
