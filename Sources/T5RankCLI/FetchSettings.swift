import ModelHub

/// What `t5rank fetch` is asked to do, checked.
struct FetchSettings: Sendable {
  let repository: RepositoryName
  let revision: Revision
  let isVerifying: Bool
  let isQuiet: Bool

  init(_ parsed: ParsedArguments) throws(UsageError) {
    guard let name = parsed.operands.first, parsed.operands.count == 1 else {
      throw UsageError("fetch: expected one model OWNER/NAME, found \(parsed.operands.count)")
    }
    guard let repository = RepositoryName(name) else {
      throw UsageError("fetch: expected a model OWNER/NAME, found '\(printable(name))'")
    }
    self.repository = repository
    let text = try parsed.text("revision") ?? Revision.main.description
    guard let revision = Revision(text) else {
      throw UsageError(
        "--revision: expected a branch, a tag or a commit, found '\(printable(text))'")
    }
    self.revision = revision
    isVerifying = parsed.has("verify")
    isQuiet = parsed.has("quiet")
  }
}
