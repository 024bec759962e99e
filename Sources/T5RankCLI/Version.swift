import JSON

/// What this program calls itself.
enum Version {
  static let program = "t5rank"
  static let number = "0.1.0"

  static func text(isJSON: Bool) -> String {
    guard isJSON else { return "\(program) \(number)\n" }
    let value: JSONValue = ["name": .string(program), "version": .string(number)]
    return value.serialized() + "\n"
  }
}
