import JSON
import RankingCore

/// A command line, split into subcommand, options and operands by the option table.
package struct ParsedArguments: Sendable, Hashable {
  /// As they were given, without the program's name.
  package let arguments: [String]
  package private(set) var subcommand: Subcommand = .rank
  /// Values by option name, in the order given; a flag's are empty strings.
  package private(set) var values: [String: [String]] = [:]
  package private(set) var operands: [String] = []
  /// Whether help was asked for by its short name, `-h`.
  package private(set) var wantsShortHelp = false

  /// Reads arguments (without the program's name).
  package init(_ arguments: [String]) throws(UsageError) {
    self.arguments = arguments
    var rest = arguments[...]
    if let first = rest.first, let named = Subcommand(rawValue: first) {
      subcommand = named
      rest.removeFirst()
    }
    while let argument = rest.popFirst() {
      if argument == "--" {
        operands += rest
        return
      }
      if argument.hasPrefix("--") {
        try readLong(argument.dropFirst(2), &rest)
      } else if argument.hasPrefix("-"), argument != "-" {
        try readShort(argument.dropFirst(), &rest)
      } else {
        operands.append(argument)
      }
    }
  }

  func has(_ name: String) -> Bool { values[name] != nil }

  /// The last value of an option; nil if it was not given.
  func last(_ name: String) -> String? { values[name]?.last }

  func all(_ name: String) -> [String] { values[name] ?? [] }

  // MARK: Reading

  private mutating func readLong(
    _ argument: Substring, _ rest: inout ArraySlice<String>
  ) throws(UsageError) {
    let equals = argument.firstIndex(of: "=")
    let name = String(argument[..<(equals ?? argument.endIndex)])
    let option = try option(named: name)
    let attached = equals.map { String(argument[argument.index(after: $0)...]) }
    guard option.placeholder != nil else {
      if attached != nil { throw UsageError("--\(name) takes no value") }
      return try record("", for: option)
    }
    guard let value = attached ?? rest.popFirst() else { throw missingValue(of: option) }
    try record(value, for: option)
  }

  /// Reads a group of short names: `-q`, `-qh`, `-k10`, `-k 10`, `-qk 10`.
  private mutating func readShort(
    _ argument: Substring, _ rest: inout ArraySlice<String>
  ) throws(UsageError) {
    var letters = argument
    while let letter = letters.popFirst() {
      let known = OptionTable.options(of: subcommand)
      guard let option = known.first(where: { $0.short == letter }) else {
        throw unknownShort(letter, argument, known)
      }
      if option.name == "help" { wantsShortHelp = true }
      guard option.placeholder != nil else {
        try record("", for: option)
        continue
      }
      if letters.first == "=" { letters.removeFirst() }
      let attached = letters.isEmpty ? nil : String(letters)
      guard let value = attached ?? rest.popFirst() else { throw missingValue(of: option) }
      return try record(value, for: option)
    }
  }

  private func option(named name: String) throws(UsageError) -> CommandOption {
    let known = OptionTable.options(of: subcommand)
    if let option = known.first(where: { $0.name == name }) { return option }
    let owners = OptionTable.all.filter { $0.name == name }.flatMap(\.subcommands)
    if !owners.isEmpty {
      let names = owners.map(\.rawValue).joined(separator: ", ")
      throw UsageError("--\(name) is no option of \(subcommand.rawValue), only of \(names)")
    }
    let names = known.filter { !$0.isHidden }.map(\.name)
    let hint = nearestName(to: name, in: names).map { "; did you mean --\($0)?" }
    throw UsageError("unknown option --\(printable(name))" + (hint ?? seeHelp))
  }

  private func unknownShort(
    _ letter: Character, _ argument: Substring, _ known: [CommandOption]
  ) -> UsageError {
    // `-mode` is a long name with a dash too few.
    let word = String(argument.prefix { $0 != "=" })
    if word.count > 1, let name = nearestName(to: word, in: known.map(\.name)) {
      return UsageError("unknown option -\(printable(word)); did you mean --\(name)?")
    }
    return UsageError("unknown option -\(printable(String(letter)))" + seeHelp)
  }

  private mutating func record(_ value: String, for option: CommandOption) throws(UsageError) {
    if !option.choices.isEmpty, !option.choices.contains(value) {
      let choices = option.choices.joined(separator: ", ")
      let hint = nearestName(to: value, in: option.choices).map { "; did you mean \($0)?" } ?? ""
      throw UsageError(
        "--\(option.name): expected one of \(choices), found '\(printable(value))'\(hint)")
    }
    values[option.name, default: []].append(value)
  }

  private func missingValue(of option: CommandOption) -> UsageError {
    UsageError("--\(option.name): expected a value (\(option.placeholder ?? "")), found none")
  }

  private var seeHelp: String {
    subcommand == .rank ? "; see t5rank --help" : "; see t5rank \(subcommand.rawValue) --help"
  }
}

/// A user's word for a message: no control characters, not endless.
func printable(_ word: String) -> String { printable(word, atMost: 80) }
