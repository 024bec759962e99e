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

/// Separates the folders of a path.
///
/// Paths are looked at byte by byte: a slash and an accent after it are one character to Swift, but not
/// to the system.
let slash = UInt8(ascii: "/")

/// Whether a path from outside stays below the folder that it is meant in.
func isPlainPath(_ path: String) -> Bool {
  let parts = path.utf8.split(separator: slash, omittingEmptySubsequences: false)
  return path.utf8.count <= 1024
    && path.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
    && parts.allSatisfy {
      (1...255).contains($0.count) && !$0.elementsEqual(".".utf8) && !$0.elementsEqual("..".utf8)
    }
}
