import Digests

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The hub's name for a file's content: SHA-256 of a large file, git's SHA-1 of a small one.
struct ContentTag: Sendable, Hashable, CustomStringConvertible {
  enum Kind: Sendable {
    case sha256
    case gitBlob
    /// A server's own: nothing can be checked by it.
    case other
  }

  let description: String

  /// Reads the header `ETag` or `X-Linked-Etag`; nil for what can be no file's name.
  init?(header: String) {
    let text = (header.hasPrefix("W/") ? header.dropFirst(2) : header[...])
      .drop { $0 == "\"" }.prefix { $0 != "\"" }
    guard (1...128).contains(text.utf8.count), text.first != ".",
      text.utf8.allSatisfy(Self.isAllowed), !text.hasSuffix(".incomplete")
    else { return nil }
    description = String(text)
  }

  var kind: Kind {
    if isHexadecimal(description, count: 64) { return .sha256 }
    return isHexadecimal(description, count: 40) ? .gitBlob : .other
  }

  /// Why a file's content is not this one; nil if it is, or if nobody can tell.
  func mismatch(ofFile path: String) throws(HubError) -> String? {
    let found: String
    let name: String
    switch kind {
    case .other: return nil
    case .sha256:
      name = "SHA-256"
      var hash = SHA256()
      try Self.read(path) { bytes, _ in hash.addRaw(bytes) }
      found = hash.digest.hexadecimal
    case .gitBlob:
      name = "git's SHA-1"
      var hash = SHA1()
      try Self.read(path) { bytes, size in
        if let size { Array("blob \(size)\0".utf8).withUnsafeBytes { hash.addRaw($0) } }
        hash.addRaw(bytes)
      }
      found = hash.digest.hexadecimal
    }
    return found == description ? nil : "expected \(name) \(description), found \(found)"
  }

  private static func isAllowed(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
      UInt8(ascii: "_"):
      true
    default: false
    }
  }

  /// Reads a file piece by piece.
  ///
  /// - Parameter body: Gets the file's size with the first piece, which may be empty.
  private static func read(
    _ path: String, _ body: (UnsafeRawBufferPointer, Int?) -> Void
  ) throws(HubError) {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    var status = stat()
    guard file >= 0, fstat(file, &status) == 0 else {
      throw .unwritable(path: path, reason: String(cString: strerror(errno)))
    }
    defer { close(file) }
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
    defer { buffer.deallocate() }
    body(UnsafeRawBufferPointer(rebasing: buffer[..<0]), Int(status.st_size))
    while true {
      let count = systemRead(file, buffer.baseAddress, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else {
        throw .unwritable(path: path, reason: String(cString: strerror(errno)))
      }
      if count == 0 { return }
      body(UnsafeRawBufferPointer(rebasing: buffer[..<count]), nil)
    }
  }
}
