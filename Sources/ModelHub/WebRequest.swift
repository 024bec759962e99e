#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// One request by HTTP to one address, made by the program `curl`.
///
/// curl and not URLSession: linking FoundationNetworking costs every start of `t5rank` 65 ms, most of a
/// ranking's cold start (2 cores of the reference machine, 50 starts of a program of one line: 48 ms
/// without, 115 ms with it). curl follows no redirect, repeats nothing and reads no file of settings: all
/// of that is decided here.
struct WebRequest: Sendable {
  enum Method: Sendable {
    case head
    case get
  }

  let method: Method
  let address: WebAddress
  var token: String?
  /// Where the content is to begin; 0: all of it.
  var firstByte = 0

  /// Seconds until the server must have accepted the connection, and without a byte from it.
  private static let longestConnecting = 20
  private static let longestSilence = 60
  private static let longestHead = 256 * 1024
  private static let chunkSize = 256 * 1024

  /// Makes the request and waits for its end.
  ///
  /// - Parameters:
  ///   - takeHead: Sees the head, and answers whether it wants the content.
  ///   - takeContent: Sees the content, piece by piece.
  /// - Throws: `BrokenTransfer` if the answer did not come or broke off, and what the closures throw.
  func perform(
    takeHead: (ResponseHead) throws -> Bool,
    takeContent: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    var child = try start()
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.chunkSize, alignment: 16)
    defer { buffer.deallocate() }
    var head: [UInt8]? = []
    while true {
      let count: Int
      do {
        count = try child.read(into: buffer)
      } catch {
        throw BrokenTransfer(reason: error.description)
      }
      if count == 0 { break }
      let chunk = UnsafeRawBufferPointer(rebasing: buffer[..<count])
      guard var lines = head else {
        try takeContent(chunk)
        continue
      }
      lines += chunk
      head = lines
      while let end = Self.headEnd(lines) {
        guard let read = ResponseHead(String(decoding: lines[..<end], as: UTF8.self)) else {
          throw BrokenTransfer(reason: "expected an answer by HTTP, found another")
        }
        lines.removeFirst(end)
        head = lines
        // "100 Continue" and its like only announce the answer.
        if (100..<200).contains(read.status) { continue }
        guard try takeHead(read) else { return }
        head = nil
        if !lines.isEmpty { try lines.withUnsafeBytes(takeContent) }
        break
      }
      if let head, head.count > Self.longestHead {
        throw BrokenTransfer(reason: "expected a head of at most \(Self.longestHead) bytes")
      }
    }
    try finish(&child, hasHead: head == nil)
  }

  private func start() throws -> ChildProcess {
    do {
      // The first word tells curl to read no file of settings.
      return try ChildProcess("curl", ["--disable", "--config", "-"], input: settings)
    } catch {
      let reason =
        error.code == ENOENT
        ? "expected the program curl on the PATH, found none" : "curl: \(error.description)"
      throw BrokenTransfer(reason: reason, mayPass: false)
    }
  }

  /// What curl is told by its standard input: a token in its arguments would be seen by everybody.
  private var settings: String {
    var lines = [
      "silent", "show-error", "globoff", "path-as-is", "no-buffer", "proto = \"=http,https\"",
      "connect-timeout = \(Self.longestConnecting)", "speed-limit = 1",
      "speed-time = \(Self.longestSilence)", "user-agent = \"t5rank\"",
      "header = \"Accept-Encoding: identity\"", method == .head ? "head" : "include",
      "suppress-connect-headers", "url = \"\(address)\"",
    ]
    if let token { lines.append("header = \"Authorization: Bearer \(token)\"") }
    if firstByte > 0 { lines.append("header = \"Range: bytes=\(firstByte)-\"") }
    return lines.joined(separator: "\n") + "\n"
  }

  /// The place behind the first empty line.
  private static func headEnd(_ bytes: [UInt8]) -> Int? {
    var index = bytes.startIndex
    while let feed = bytes[index...].firstIndex(of: 0x0A) {
      index = feed + 1
      if index < bytes.endIndex, bytes[index] == 0x0A { return index + 1 }
      if index + 1 < bytes.endIndex, bytes[index] == 0x0D, bytes[index + 1] == 0x0A {
        return index + 2
      }
    }
    return nil
  }

  private func finish(_ child: inout ChildProcess, hasHead: Bool) throws {
    let end: (status: Int, errors: String)
    do {
      end = try child.wait()
    } catch {
      throw BrokenTransfer(reason: error.description)
    }
    guard end.status != 0 || !hasHead else { return }
    var reason = end.errors.split(whereSeparator: \.isNewline).first.map { shown($0) } ?? ""
    if reason.hasPrefix("curl: (") { reason = String(reason.drop { $0 != ")" }.dropFirst(2)) }
    if reason.isEmpty { reason = "expected an answer, found none" }
    // Of curl's codes: no such host or proxy, and a server that cannot prove who it is.
    throw BrokenTransfer(reason: reason, mayPass: ![1, 2, 3, 5, 6, 60, 77].contains(end.status))
  }
}
