/// An address of the web, read so strictly that no other program can read it in another way.
///
/// What is sent to one host must not reach another: so an address has no user, no control character, no
/// backslash, and no host but one of letters, digits, dots and dashes or an IPv6 address in brackets.
package struct WebAddress: Sendable, Hashable, CustomStringConvertible {
  /// `http` or `https`.
  package let scheme: String
  /// In small letters.
  package let host: String
  package let port: Int
  /// From the first slash on, with the query, without a fragment.
  package let path: String

  /// Longer ones are refused.
  private static let longest = 8192

  /// The address in a text; nil unless it is a whole and plain one.
  package init?(_ text: String) {
    guard text.utf8.count <= Self.longest, text.utf8.allSatisfy(Self.isAllowed) else { return nil }
    let scheme: String
    if text.lowercased().hasPrefix("https://") {
      scheme = "https"
    } else if text.lowercased().hasPrefix("http://") {
      scheme = "http"
    } else {
      return nil
    }
    let rest = text.dropFirst(scheme.utf8.count + 3)
    let authority = rest.prefix { !"/?#".contains($0) }
    guard let (host, port) = Self.hostAndPort(authority) else { return nil }
    let tail = rest.dropFirst(authority.count).prefix { $0 != "#" }
    self.scheme = scheme
    self.host = host.lowercased()
    self.port = port ?? (scheme == "https" ? 443 : 80)
    path = tail.hasPrefix("/") ? String(tail) : "/" + tail
  }

  private init(_ origin: WebAddress, path: String) {
    scheme = origin.scheme
    host = origin.host
    port = origin.port
    self.path = path
  }

  package var description: String { origin + path }

  /// The address without its query, which may hold a signature: for messages.
  var brief: String { origin + shown(path.prefix { $0 != "?" }) }

  private var origin: String {
    let isUsual = port == (scheme == "https" ? 443 : 80)
    return "\(scheme)://\(host)" + (isUsual ? "" : ":\(port)")
  }

  /// Whether both are answered by the same server: only then may one see the other's token.
  func hasSameOrigin(as other: WebAddress) -> Bool {
    scheme == other.scheme && host == other.host && port == other.port
  }

  /// The address below this one.
  ///
  /// - Parameter rest: Begins with a slash; has only what an address may have.
  func appending(_ rest: String) -> WebAddress {
    WebAddress(self, path: (path.hasSuffix("/") ? String(path.dropLast()) : path) + rest)
  }

  /// What a redirect from here leads to; nil for what is no address, and for a way from https to http.
  func following(_ location: String) -> WebAddress? {
    let target: WebAddress?
    if location.hasPrefix("//") {
      target = WebAddress("\(scheme):\(location)")
    } else if location.hasPrefix("/") {
      target = WebAddress(origin + location)
    } else {
      target = WebAddress(location)
    }
    return scheme == "https" && target?.scheme == "http" ? nil : target
  }

  /// A path or a part of one with all that is not plain as `%XX`.
  static func escaped(_ text: String, keepingSlashes: Bool) -> String {
    var result = ""
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
        UInt8(ascii: "_"), UInt8(ascii: "~"):
        result.unicodeScalars.append(Unicode.Scalar(byte))
      case UInt8(ascii: "/") where keepingSlashes: result.append("/")
      default:
        let digits = String(byte, radix: 16, uppercase: true)
        result += "%" + (digits.count == 1 ? "0" : "") + digits
      }
    }
    return result
  }

  private static func isAllowed(_ byte: UInt8) -> Bool {
    (0x21...0x7E).contains(byte) && !#"\"<>^`{}"#.utf8.contains(byte)
  }

  private static func hostAndPort(_ text: Substring) -> (String, Int?)? {
    let host: Substring
    if text.hasPrefix("[") {
      guard let end = text.firstIndex(of: "]") else { return nil }
      host = text[...end]
      guard host.count > 2, host.dropFirst().dropLast().allSatisfy({ $0.isHexDigit || $0 == ":" })
      else { return nil }
    } else {
      host = text.prefix { $0 != ":" }
      guard !host.isEmpty, host.first != "-",
        host.allSatisfy({ $0.isLetter || $0.isNumber || $0 == "." || $0 == "-" })
      else { return nil }
    }
    let rest = text[host.endIndex...]
    if rest.isEmpty { return (String(host), nil) }
    let digits = rest.dropFirst()
    guard rest.first == ":", digits.allSatisfy(\.isNumber), let port = Int(digits),
      (1...65535).contains(port)
    else { return nil }
    return (String(host), port)
  }
}
