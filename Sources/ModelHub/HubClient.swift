/// Asks a hub: follows redirects, shows the token to the hub alone, repeats what broke off, and puts
/// refusals in words.
struct HubClient: Sendable {
  let environment: HubEnvironment
  let repository: RepositoryName
  let retries: Retries
  /// Hears what a user may want to know.
  let note: @Sendable (String) -> Void

  /// As many as curl and browsers allow, roughly.
  private static let mostRedirects = 10

  /// The address of something on the hub, by its path.
  func address(_ path: String) -> WebAddress { environment.endpoint.appending(path) }

  /// A short answer in full.
  ///
  /// - Throws: `HubError`, also for more than `limit` bytes.
  func content(of address: WebAddress, limit: Int) throws -> [UInt8] {
    try retries.run(address, note: note) {
      var content: [UInt8] = []
      _ = try send(.get, address) { head in
        try refuse(head, longerThan: limit, address)
        return true
      } takeContent: { bytes in
        guard content.count + bytes.count <= limit else { throw tooLong(limit, address) }
        content += bytes
      }
      return content
    }
  }

  /// The head of a file's answer by the hub itself: that of a redirect to another server counts.
  func head(of address: WebAddress) throws -> ResponseHead {
    try retries.run(address, note: note) {
      try send(.head, address, staysAtHub: true, takeHead: { _ in true }, takeContent: { _ in })
    }
  }

  /// Makes one request, and those that it is redirected to.
  ///
  /// - Returns: The head of the last answer.
  /// - Throws: `BrokenTransfer` for what may be repeated, `HubError` for the rest.
  func send(
    _ method: WebRequest.Method, _ start: WebAddress, firstByte: Int = 0, staysAtHub: Bool = false,
    takeHead: (ResponseHead) throws -> Bool, takeContent: (UnsafeRawBufferPointer) throws -> Void
  ) throws -> ResponseHead {
    var address = start
    for _ in 0...Self.mostRedirects {
      let isAtHub = address.hasSameOrigin(as: environment.endpoint)
      let request = WebRequest(
        method: method, address: address, token: isAtHub ? environment.token : nil,
        firstByte: firstByte)
      var last: ResponseHead?
      var next: WebAddress?
      try request.perform { head in
        last = head
        next = try redirect(head, from: address)
        if next != nil { return false }
        try check(head, address)
        return try takeHead(head)
      } takeContent: {
        try takeContent($0)
      }
      guard let last else { throw BrokenTransfer(reason: "expected an answer, found none") }
      guard let target = next else { return last }
      if staysAtHub, !target.hasSameOrigin(as: environment.endpoint) { return last }
      address = target
    }
    throw HubError.unusableAnswer(
      address: start.brief,
      reason: "expected at most \(Self.mostRedirects) redirects, found more")
  }

  private func redirect(
    _ head: ResponseHead, from address: WebAddress
  ) throws(HubError) -> WebAddress? {
    guard [301, 302, 303, 307, 308].contains(head.status) else { return nil }
    guard let location = head["location"], let target = address.following(location) else {
      throw .unusableAnswer(
        address: address.brief,
        reason: "expected a redirect to an address of the web no less safe, found "
          + "'\(shown(head["location"] ?? ""))'")
    }
    return target
  }

  /// Refuses an answer that is no success.
  private func check(_ head: ResponseHead, _ address: WebAddress) throws {
    switch head.status {
    case 200, 206: return
    case 401, 403: throw HubError.refused(refusal(head))
    case 404, 410: throw HubError.missing(missing(head, address))
    case 416:
      throw BrokenTransfer(reason: "the server does not go on where a file was cut", status: 416)
    case 451:
      throw HubError.refused("\(repository): withheld for legal reasons (HTTP 451)")
    case 408, 425, 429, 500...599:
      let names = [429: " (too many requests)", 503: " (overloaded)"]
      throw BrokenTransfer(
        reason: "the server answers HTTP \(head.status)" + (names[head.status] ?? ""),
        pause: head.number("retry-after"))
    default:
      throw HubError.unusableAnswer(
        address: address.brief, reason: "expected HTTP 200, found HTTP \(head.status)")
    }
  }

  private func refusal(_ head: ResponseHead) -> String {
    let code = head.status
    if head["x-error-code"] == "GatedRepo" {
      return "\(repository): expected leave to read this gated repository, found none (HTTP "
        + "\(code)); ask for it at \(address("/\(repository)")), and name a token"
        + (environment.token == nil ? tokenSources : "")
    }
    if environment.token == nil {
      return
        "\(repository): no such repository, or one that needs a token (HTTP \(code)): none was "
        + "found" + tokenSources
    }
    return "\(repository): no such repository, or one that the token may not read (HTTP \(code))"
  }

  private var tokenSources: String {
    " in HF_TOKEN, HUGGING_FACE_HUB_TOKEN and \(environment.tokenPath)"
  }

  private func missing(_ head: ResponseHead, _ address: WebAddress) -> String {
    let what =
      switch head["x-error-code"] {
      case "RevisionNotFound": "no such revision of the repository"
      case "EntryNotFound": "no such file in the repository"
      case "RepoNotFound": "no such repository"
      default: "no such repository or revision"
      }
    return "\(repository): \(what) at \(address.brief) (HTTP \(head.status))"
  }

  private func refuse(
    _ head: ResponseHead, longerThan limit: Int, _ address: WebAddress
  ) throws(HubError) {
    if let length = head.contentLength, length > limit { throw tooLong(limit, address) }
  }

  private func tooLong(_ limit: Int, _ address: WebAddress) -> HubError {
    .unusableAnswer(
      address: address.brief, reason: "expected an answer of at most \(limit) bytes, found more")
  }
}
