/// One file of a commit on the hub, and what the hub says about its content.
struct RemoteFile: Sendable {
  /// Below the repository.
  let path: String
  let address: WebAddress
  /// The name of its content in the cache.
  let tag: ContentTag
  /// In bytes; nil if the hub does not tell.
  let size: Int?

  /// Larger files are no model's.
  private static let largest = 1 << 40
  /// As much is taken of a file whose size nobody tells.
  static let largestUntold = 256 << 20

  /// Asks the hub.
  init(_ client: HubClient, commit: String, path: String) throws {
    let escaped = WebAddress.escaped(path, keepingSlashes: true)
    let address = client.address("/\(client.repository)/resolve/\(commit)/\(escaped)")
    let head = try client.head(of: address)
    if let found = head["x-repo-commit"], found != commit {
      throw HubError.unusableAnswer(
        address: address.brief, reason: "expected commit \(commit), found '\(shown(found))'")
    }
    guard let text = head["x-linked-etag"] ?? head["etag"], let tag = ContentTag(header: text)
    else {
      throw HubError.unusableAnswer(
        address: address.brief,
        reason: "expected an ETag that names the content, found "
          + "'\(shown(head["x-linked-etag"] ?? head["etag"] ?? ""))'")
    }
    // The length of a redirect's own text says nothing.
    let size = head.number("x-linked-size") ?? (head.status == 200 ? head.contentLength : nil)
    guard size ?? 0 <= Self.largest else {
      throw HubError.unusableAnswer(
        address: address.brief,
        reason: "expected at most \(Self.largest) bytes, found \(size ?? 0)")
    }
    self.path = path
    self.address = address
    self.tag = tag
    self.size = size
  }
}
