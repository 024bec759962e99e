import JSON

/// The files of a repository in one commit.
struct RepositoryListing: Sendable {
  /// In full: 40 hexadecimal digits.
  let commit: String
  let files: Set<String>

  /// What the hub's largest listings stay below.
  private static let longestAnswer = 32 << 20

  /// Asks the hub.
  init(_ client: HubClient, revision: Revision) throws {
    let escaped = WebAddress.escaped(revision.description, keepingSlashes: false)
    let address = client.address("/api/models/\(client.repository)/revision/\(escaped)")
    let text = try client.content(of: address, limit: Self.longestAnswer)
    let value: JSONValue
    do {
      value = try JSONValue(
        parsing: text, options: JSONParsingOptions(loneSurrogates: .replace))
    } catch {
      throw HubError.unusableAnswer(address: address.brief, reason: "expected JSON: \(error)")
    }
    guard let commit = value["sha"]?.string, isHexadecimal(commit, count: 40) else {
      throw HubError.unusableAnswer(
        address: address.brief, reason: "sha: expected a commit of 40 digits, found none")
    }
    guard let siblings = value["siblings"]?.array else {
      throw HubError.unusableAnswer(
        address: address.brief, reason: "siblings: expected the repository's files, found none")
    }
    var files = Set<String>()
    for sibling in siblings {
      guard let name = sibling["rfilename"]?.string, isPlainPath(name) else {
        throw HubError.unusableAnswer(
          address: address.brief,
          reason: "siblings: expected paths below the repository, found "
            + "'\(shown(sibling["rfilename"]?.string ?? ""))'")
      }
      files.insert(name)
    }
    self.commit = commit
    self.files = files
  }
}

/// Whether a path from outside stays below the folder that it is meant in.
func isPlainPath(_ path: String) -> Bool {
  let parts = path.split(separator: "/", omittingEmptySubsequences: false)
  return path.utf8.count <= 1024 && path.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
    && parts.allSatisfy { !$0.isEmpty && $0 != "." && $0 != ".." && $0.utf8.count <= 255 }
}
