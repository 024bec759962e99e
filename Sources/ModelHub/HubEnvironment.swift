private import FoundationEssentials

/// Where the hub is, who asks, and where models are kept: from the variables that huggingface_hub reads.
package struct HubEnvironment: Sendable, Hashable {
  /// The hub's address.
  package let endpoint: WebAddress
  /// Goes to the endpoint only; nil: we ask without a name.
  package let token: String?
  /// Where a token would have been read, for messages.
  package let tokenPath: String
  /// The folder of the cache.
  package let cachePath: String

  private static let usualEndpoint = "https://huggingface.co"
  private static let longestToken = 4096

  /// This process's variables.
  package static var variables: [String: String] { ProcessInfo.processInfo.environment }

  /// Reads the variables; an empty one is as good as none.
  ///
  /// - Throws: `HubError.unusableName` for an endpoint or a token that can be none, and
  ///   `.transferFailed` where `HF_HUB_OFFLINE` forbids to go online.
  package init(_ variables: [String: String]) throws(HubError) {
    let text = value("HF_ENDPOINT", variables) ?? Self.usualEndpoint
    guard let endpoint = WebAddress(text), !endpoint.path.contains("?") else {
      throw .unusableName(
        "HF_ENDPOINT: expected an address as \(Self.usualEndpoint), found '\(shown(text))'")
    }
    for name in ["HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"] {
      let isSet = ["1", "ON", "YES", "TRUE"].contains(value(name, variables)?.uppercased() ?? "")
      if isSet { throw .transferFailed(address: text, reason: "\(name) forbids to go online") }
    }
    self.endpoint = endpoint
    cachePath = Self.cachePath(variables)
    tokenPath =
      value("HF_TOKEN_PATH", variables).map { expanded($0, variables) }
      ?? Self.home(variables) + "/token"
    token = try Self.token(variables, path: tokenPath)
  }

  /// The folder of the cache: `HF_HUB_CACHE`, else `hub` in `HF_HOME`, else
  /// `~/.cache/huggingface/hub`.
  package static func cachePath(_ variables: [String: String]) -> String {
    let named = value("HF_HUB_CACHE", variables) ?? value("HUGGINGFACE_HUB_CACHE", variables)
    return named.map { expanded($0, variables) } ?? home(variables) + "/hub"
  }

  private static func home(_ variables: [String: String]) -> String {
    if let home = value("HF_HOME", variables) { return expanded(home, variables) }
    let caches = value("XDG_CACHE_HOME", variables) ?? "~/.cache"
    return expanded(caches, variables) + "/huggingface"
  }

  private static func token(
    _ variables: [String: String], path: String
  ) throws(HubError) -> String? {
    for name in ["HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"] {
      if let token = trimmed(value(name, variables) ?? "") { return try checked(token, name) }
    }
    guard let data = FileManager.default.contents(atPath: path),
      let token = trimmed(String(decoding: data, as: UTF8.self))
    else { return nil }
    return try checked(token, path)
  }

  private static func trimmed(_ text: String) -> String? {
    let words = text.split { $0.isWhitespace }
    return words.isEmpty ? nil : words.joined(separator: " ")
  }

  /// A token goes into a header line, which it must not be able to leave.
  private static func checked(_ token: String, _ source: String) throws(HubError) -> String {
    guard token.utf8.count <= longestToken,
      token.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != 0x22 && $0 != 0x5C })
    else { throw .unusableName("\(source): expected a token, found no word of ASCII letters") }
    return token
  }
}

private func value(_ name: String, _ variables: [String: String]) -> String? {
  variables[name].flatMap { $0.isEmpty ? nil : $0 }
}

/// A path with `~` at its beginning replaced by the user's folder.
private func expanded(_ path: String, _ variables: [String: String]) -> String {
  guard path == "~" || path.hasPrefix("~/") else { return path }
  return (value("HOME", variables) ?? "/") + path.dropFirst()
}
