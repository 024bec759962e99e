/// Brings one content into the cache: goes on where an earlier try was cut, checks size and hash, and
/// gives it its name only then.
struct BlobDownload {
  let file: RemoteFile
  let client: HubClient
  let cache: HubCache
  /// Hears how many bytes of the file are there.
  let progress: (Int) -> Void

  private var path: String { cache.blob(file.tag, client.repository) }

  /// Whether the content is there, whole; says so if a faulty one is.
  ///
  /// - Parameter isHashed: Whether it is read and hashed, not only measured.
  func isPresent(isHashed: Bool) throws -> Bool {
    guard let found = fileSize(path) else { return false }
    guard let fault = try fault(isHashed: isHashed, size: found) else { return true }
    client.note("\(path): \(fault); fetching it anew")
    return false
  }

  private func fault(isHashed: Bool, size found: Int) throws -> String? {
    if let size = file.size, size != found { return "expected \(size) bytes, found \(found)" }
    return isHashed ? try file.tag.mismatch(ofFile: path) : nil
  }

  /// Downloads the content.
  func run(isHashed: Bool) throws {
    let lock = cache.lock(file.tag, client.repository)
    try cache.makeFolder(of: path)
    try cache.makeFolder(of: lock)
    try FileLock.holding(lock) {
      client.note("\(file.path): another process is fetching it; waiting")
    } _: {
      // Who held the lock before us may have fetched it.
      if let size = fileSize(path), try fault(isHashed: isHashed, size: size) == nil { return }
      let part = try PartialFile(path + ".incomplete")
      do {
        try fill(part)
      } catch {
        // Nothing is worth going on from.
        if part.count == 0 { part.remove() }
        throw error
      }
      try part.rename(to: path)
    }
  }

  private func fill(_ part: PartialFile) throws {
    if let size = file.size, part.count > size { try part.empty() }
    let wasCut = part.count > 0
    try receiveRest(part)
    guard let mismatch = try mismatch(of: part) else { return }
    try part.empty()
    // What an earlier try left behind may be at fault.
    guard wasCut else { throw refusal(mismatch) }
    client.note("\(file.path): \(mismatch); fetching it anew")
    try receiveRest(part)
    if let mismatch = try self.mismatch(of: part) {
      try part.empty()
      throw refusal(mismatch)
    }
  }

  private func mismatch(of part: PartialFile) throws -> String? {
    if let size = file.size, part.count != size {
      return "expected \(size) bytes, found \(part.count)"
    }
    return try file.tag.mismatch(ofFile: part.path)
  }

  /// Asks for what is missing, as often as it takes.
  private func receiveRest(_ part: PartialFile) throws {
    progress(part.count)
    if part.count == file.size { return }
    let limit = file.size ?? RemoteFile.largestUntold
    try client.retries.run(file.address, progress: { part.count }, note: client.note) {
      if part.count == file.size { return }
      do {
        _ = try client.send(.get, file.address, firstByte: part.count) { head in
          try begin(part, head)
          return true
        } takeContent: { bytes in
          guard bytes.count <= limit - part.count else {
            try part.empty()
            throw refusal("expected at most \(limit) bytes, found more")
          }
          try part.append(bytes)
          progress(part.count)
        }
      } catch let broken as BrokenTransfer where broken.status == 416 {
        try part.empty()
        throw broken
      }
    }
  }

  /// Compares the announcement of some content with what was asked for.
  private func begin(_ part: PartialFile, _ head: ResponseHead) throws {
    if head.status == 206 {
      guard let range = head.contentRange, range.first == part.count,
        range.total == nil || file.size == nil || range.total == file.size
      else {
        throw refusal(
          "expected the content from byte \(part.count) on, found "
            + "'\(shown(head["content-range"] ?? ""))'")
      }
      return
    }
    // A server that does not know ranges sends all.
    try part.empty()
    if let size = file.size, let length = head.contentLength, length != size {
      throw refusal("expected \(size) bytes, found an answer of \(length)")
    }
  }

  private func refusal(_ reason: String) -> HubError {
    .unusableAnswer(address: file.address.brief, reason: reason)
  }
}
