#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif
private import Foundation

/// A server on a port of this machine that answers each request as a closure says, on plain sockets.
///
/// A class because it owns its port: it stops with it.
package final class WebServer: Sendable {
  /// What a client asks for.
  package struct Request: Sendable, Hashable {
    package let method: String
    /// With its query.
    package let path: String
    /// By names in small letters.
    package let fields: [String: String]
  }

  /// What it is told.
  package struct Answer: Sendable {
    package var status: Int
    package var fields: [(name: String, value: String)]
    package var content: [UInt8]
    /// nil: the content's; negative: none is told.
    package var length: Int?
    /// Only so many bytes of the content are sent before the connection is closed.
    package var cut: Int?
    /// Whether the connection stays open behind what is sent, until the client closes it.
    package var staysOpen = false
    /// Whether the content comes in chunks without its length.
    package var isChunked = false
    /// Whether the content is sent again and again for as long as someone reads.
    package var isEndless = false

    package init(
      _ status: Int, _ fields: [(name: String, value: String)] = [], _ content: [UInt8] = []
    ) {
      self.status = status
      self.fields = fields
      self.content = content
    }
  }

  /// Where it listens.
  package let port: Int
  private let listener: CInt

  /// Its address, without a slash at the end.
  package var address: String { "http://127.0.0.1:\(port)" }

  /// Starts to listen.
  ///
  /// - Parameter answer: Called on threads of the server.
  package init(answer: @escaping @Sendable (Request) -> Answer) throws {
    // A client that goes away must not end the tests.
    signal(SIGPIPE, SIG_IGN)
    #if canImport(Glibc)
      let kind = CInt(SOCK_STREAM.rawValue)
    #else
      let kind = SOCK_STREAM
    #endif
    let listener = socket(AF_INET, kind, 0)
    var place = sockaddr_in()
    place.sin_family = sa_family_t(AF_INET)
    place.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isListening = withUnsafeMutablePointer(to: &place) { place in
      place.withMemoryRebound(to: sockaddr.self, capacity: 1) { place in
        bind(listener, place, size) == 0 && listen(listener, 16) == 0
          && getsockname(listener, place, &size) == 0
      }
    }
    guard listener >= 0, isListening else { throw POSIXError(.EADDRNOTAVAIL) }
    // No program that a test starts may keep the port.
    _ = fcntl(listener, F_SETFD, FD_CLOEXEC)
    self.listener = listener
    port = Int(UInt16(bigEndian: place.sin_port))
    Thread.detachNewThread {
      while true {
        let connection = accept(listener, nil, nil)
        if connection < 0, errno == EINTR { continue }
        guard connection >= 0 else { break }
        _ = fcntl(connection, F_SETFD, FD_CLOEXEC)
        Thread.detachNewThread {
          if let request = Self.request(on: connection) {
            let answer = answer(request)
            Self.send(answer, request, to: connection)
            // Unlike a bare close, it lets the client read all that was sent.
            if !answer.staysOpen { shutdown(connection, CInt(SHUT_WR)) }
          }
          var rest = [UInt8](repeating: 0, count: 512)
          while recv(connection, &rest, rest.count, 0) > 0 {}
          close(connection)
        }
      }
      close(listener)
    }
  }

  deinit { shutdown(listener, CInt(SHUT_RDWR)) }

  private static func request(on connection: CInt) -> Request? {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while !bytes.suffix(4).elementsEqual([13, 10, 13, 10]) {
      let count = recv(connection, &buffer, buffer.count, 0)
      guard count > 0, bytes.count < 65536 else { return nil }
      bytes += buffer[..<count]
    }
    let lines = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
    guard let words = lines.first?.split(separator: " "), words.count == 3 else { return nil }
    var fields: [String: String] = [:]
    for line in lines.dropFirst() {
      let parts = line.split(separator: ":", maxSplits: 1)
      guard parts.count == 2 else { continue }
      fields[parts[0].lowercased()] = parts[1].trimmingCharacters(in: .whitespaces)
    }
    return Request(method: String(words[0]), path: String(words[1]), fields: fields)
  }

  private static func send(_ answer: Answer, _ request: Request, to connection: CInt) {
    var head = "HTTP/1.1 \(answer.status) Answer\r\nConnection: close\r\n"
    for field in answer.fields { head += "\(field.name): \(field.value)\r\n" }
    let length = answer.length ?? answer.content.count
    if answer.isChunked {
      head += "Transfer-Encoding: chunked\r\n"
    } else if length >= 0 {
      head += "Content-Length: \(length)\r\n"
    }
    guard write(Array((head + "\r\n").utf8), to: connection), request.method != "HEAD" else {
      return
    }
    let content = answer.cut.map { Array(answer.content.prefix($0)) } ?? answer.content
    guard answer.isChunked else {
      repeat {
        guard write(content, to: connection) else { return }
      } while answer.isEndless
      return
    }
    let size = String(content.count, radix: 16)
    let chunk = content.isEmpty ? [] : Array("\(size)\r\n".utf8) + content + [13, 10]
    repeat {
      guard write(chunk, to: connection) else { return }
    } while answer.isEndless
    if answer.cut == nil { _ = write(Array("0\r\n\r\n".utf8), to: connection) }
  }

  private static func write(_ bytes: [UInt8], to connection: CInt) -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Foundation.send(connection, $0.baseAddress, $0.count, 0) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return false }
      rest = rest.dropFirst(count)
    }
    return true
  }
}
