/// Arguments that cannot be followed, in one sentence.
package struct UsageError: Error, Sendable, Hashable, CustomStringConvertible {
  package let description: String

  init(_ description: String) {
    self.description = description
  }
}
