import Digests
import JSON
import Synchronization

/// A server that speaks the hub's protocol about one repository, as well or as badly as it is told.
///
/// A class because it owns its ports, and counts what it was asked.
package final class HubServer: Sendable {
  /// A file of the repository.
  package struct File: Sendable {
    package let content: [UInt8]
    /// Whether another server has it, and SHA-256 names it.
    package let isLarge: Bool

    package init(_ content: [UInt8], isLarge: Bool = false) {
      self.content = content
      self.isLarge = isLarge
    }

    package init(_ text: String) {
      self.init(Array(text.utf8))
    }
  }

  /// Changes an answer.
  package typealias Fault = @Sendable (inout WebServer.Answer) -> Void

  package static let repository = "owner/model"
  package static let commit = "0123456789abcdef0123456789abcdef01234567"

  private let hub: WebServer
  private let store: WebServer
  private let state: State

  /// Without a slash at the end.
  package var address: String { hub.address }
  /// The server that has the large files.
  package var storeAddress: String { store.address }
  /// What the hub was asked, in its order.
  package var requests: [WebServer.Request] { state.requests.withLock { $0 } }
  /// What the server of the large files was asked.
  package var storeRequests: [WebServer.Request] { state.storeRequests.withLock { $0 } }

  /// Starts both servers.
  package init(_ files: [String: File]) throws {
    let state = State(files)
    store = try WebServer { state.answerFromStore($0) }
    let address = store.address
    hub = try WebServer { state.answer($0, store: address) }
    self.state = state
  }

  /// Changes the answers to the next requests that begin so, one fault for each.
  ///
  /// - Parameter opening: As `GET /store/model.safetensors` or `HEAD /owner`.
  package func spoil(_ opening: String, _ faults: Fault...) {
    state.faults.withLock { $0.append((opening, faults)) }
  }

  /// As a hub has it in its `ETag`.
  package static func tag(of file: File) -> String {
    guard file.isLarge else {
      var hash = SHA1()
      Array("blob \(file.content.count)\0".utf8).withUnsafeBytes { hash.addRaw($0) }
      file.content.withUnsafeBytes { hash.addRaw($0) }
      return hexadecimal(hash.digest)
    }
    return hexadecimal(file.content.withUnsafeBytes { SHA256.digest(of: $0).bytes })
  }

  private static func hexadecimal(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  /// What the servers' threads share; a class for its locks.
  private final class State: Sendable {
    let files: [String: File]
    let faults = Mutex<[(opening: String, faults: [Fault])]>([])
    let requests = Mutex<[WebServer.Request]>([])
    let storeRequests = Mutex<[WebServer.Request]>([])

    init(_ files: [String: File]) { self.files = files }

    func answer(_ request: WebServer.Request, store: String) -> WebServer.Answer {
      requests.withLock { $0.append(request) }
      return spoiled(request, plainAnswer(request, store))
    }

    func answerFromStore(_ request: WebServer.Request) -> WebServer.Answer {
      storeRequests.withLock { $0.append(request) }
      let name = String(request.path.dropFirst("/store/".count))
      guard let file = files[name] else { return spoiled(request, WebServer.Answer(404)) }
      return spoiled(request, part(of: file.content, request))
    }

    private func plainAnswer(_ request: WebServer.Request, _ store: String) -> WebServer.Answer {
      let commit = HubServer.commit
      let listing = "/api/models/\(HubServer.repository)/revision/"
      if request.path == listing + "main" || request.path == listing + commit {
        let siblings = files.keys.sorted().map { JSONValue.object(["rfilename": .string($0)]) }
        let text = JSONValue.object(["sha": .string(commit), "siblings": .array(siblings)])
        return WebServer.Answer(200, [], Array(text.serialized().utf8))
      }
      if request.path.hasPrefix(listing) {
        return WebServer.Answer(404, [("X-Error-Code", "RevisionNotFound")])
      }
      let prefix = "/\(HubServer.repository)/resolve/\(commit)/"
      guard request.path.hasPrefix(prefix),
        let file = files[String(request.path.dropFirst(prefix.count))]
      else { return WebServer.Answer(404, [("X-Error-Code", "RepoNotFound")]) }
      let tag = "\"\(HubServer.tag(of: file))\""
      guard file.isLarge else {
        var answer = part(of: file.content, request)
        answer.fields += [("ETag", tag), ("X-Repo-Commit", commit)]
        return answer
      }
      return WebServer.Answer(
        302,
        [
          ("X-Repo-Commit", commit), ("X-Linked-Etag", tag),
          ("X-Linked-Size", String(file.content.count)),
          ("Location", "\(store)/store/" + request.path.dropFirst(prefix.count)),
        ])
    }

    /// The content, from where it is asked for.
    private func part(of content: [UInt8], _ request: WebServer.Request) -> WebServer.Answer {
      guard let range = request.fields["range"], range.hasPrefix("bytes="),
        let first = Int(range.dropFirst(6).dropLast())
      else { return WebServer.Answer(200, [], content) }
      guard first < content.count else { return WebServer.Answer(416) }
      let span = "bytes \(first)-\(content.count - 1)/\(content.count)"
      return WebServer.Answer(206, [("Content-Range", span)], Array(content[first...]))
    }

    private func spoiled(
      _ request: WebServer.Request, _ answer: WebServer.Answer
    ) -> WebServer.Answer {
      let line = "\(request.method) \(request.path)"
      let fault = faults.withLock { faults -> Fault? in
        guard
          let index = faults.firstIndex(where: {
            line.hasPrefix($0.opening) && !$0.faults.isEmpty
          })
        else { return nil }
        return faults[index].faults.removeFirst()
      }
      var answer = answer
      fault?(&answer)
      return answer
    }
  }
}
