#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Downloads what `t5rank` needs of a model from a hub into the cache that huggingface_hub uses too.
///
/// Its work is synchronous: one file after another.
package struct ModelFetcher: Sendable {
  private let client: HubClient
  private let cache: HubCache
  private let progress: @Sendable (FetchProgress) -> Void

  /// - Parameters:
  ///   - progress: Hears of each piece that arrives.
  ///   - note: Hears, in a sentence, what a user may want to know.
  package init(
    _ repository: RepositoryName, environment: HubEnvironment, retries: Retries,
    progress: @escaping @Sendable (FetchProgress) -> Void,
    note: @escaping @Sendable (String) -> Void
  ) {
    client = HubClient(
      environment: environment, repository: repository, retries: retries, note: note)
    cache = HubCache(path: environment.cachePath)
    self.progress = progress
  }

  /// Downloads what is missing.
  ///
  /// Files appear in the snapshot, and the branch points to it, only when all are there and good.
  ///
  /// - Parameter isVerifying: Whether contents that are there already are hashed, not only measured;
  ///   copies in the snapshot too.
  /// - Returns: The model's directory.
  /// - Throws: `HubError`.
  package func fetch(_ revision: Revision, isVerifying: Bool = false) throws -> String {
    let listing = try RepositoryListing(client, revision: revision)
    var known: [String: RemoteFile] = [:]
    let selection = ModelFileSelection(files: listing.files) { path in
      let file = try RemoteFile(client, commit: listing.commit, path: path)
      known[path] = file
      return try smallContent(of: file, isVerifying)
    }
    var files: [RemoteFile] = []
    for path in try selection.paths() {
      files.append(try known[path] ?? RemoteFile(client, commit: listing.commit, path: path))
    }
    try download(files, isVerifying)
    for file in files {
      try show(file, commit: listing.commit, isVerifying)
    }
    try cache.remember(revision, client.repository, commit: listing.commit)
    return cache.snapshot(of: client.repository, commit: listing.commit)
  }

  private func download(_ files: [RemoteFile], _ isVerifying: Bool) throws {
    let total = files.reduce(0) { $0 + ($1.size ?? 0) }
    var missing: [(number: Int, file: RemoteFile)] = []
    for (index, file) in files.enumerated() {
      let download = BlobDownload(file: file, client: client, cache: cache, progress: { _ in })
      if try !download.isPresent(isHashed: isVerifying) { missing.append((index + 1, file)) }
    }
    let missingBytes = missing.reduce(0) { $0 + ($1.file.size ?? 0) }
    if let path = missing.first.map({ cache.blob($0.file.tag, client.repository) }) {
      try checkSpace(for: missing.map(\.file), path)
    }
    var present = total - missingBytes
    var new = 0
    for (number, file) in missing {
      var first: Int?
      var last = 0
      try BlobDownload(file: file, client: client, cache: cache) { bytes in
        let begun = min(first ?? bytes, bytes)
        first = begun
        last = bytes
        progress(
          FetchProgress(
            path: file.path, number: number, count: files.count, bytes: present + bytes,
            totalBytes: max(total, present + bytes), newBytes: new + bytes - begun))
      }.run(isHashed: isVerifying)
      if file.tag.kind == .other {
        client.note("\(file.path): the hub names no hash, so only its size was checked")
      }
      present += last
      new += last - (first ?? last)
    }
  }

  /// Settings that say which other files there are.
  private func smallContent(of file: RemoteFile, _ isVerifying: Bool) throws -> [UInt8] {
    let limit = 64 << 20
    let download = BlobDownload(file: file, client: client, cache: cache, progress: { _ in })
    guard file.size ?? 0 <= limit else {
      throw HubError.unusableAnswer(
        address: file.address.brief, reason: "expected at most \(limit) bytes, found more")
    }
    if try !download.isPresent(isHashed: isVerifying) { try download.run(isHashed: isVerifying) }
    return try readFile(cache.blob(file.tag, client.repository), limit: limit)
  }

  /// Gives a file its place in the snapshot, unless one as good has it: a link, or a copy.
  private func show(_ file: RemoteFile, commit: String, _ isVerifying: Bool) throws(HubError) {
    let place = "\(cache.snapshot(of: client.repository, commit: commit))/\(file.path)"
    let blob = cache.blob(file.tag, client.repository)
    if let size = fileSize(place), size == fileSize(blob) {
      guard isVerifying, !isSameFile(place, blob) else { return }
      guard let fault = try file.tag.mismatch(ofFile: place) else { return }
      client.note("\(place): \(fault); linking it anew")
    }
    try cache.link(file, client.repository, commit: commit)
  }

  /// Refuses what the disk cannot hold, before it is full.
  private func checkSpace(for files: [RemoteFile], _ path: String) throws(HubError) {
    try cache.makeFolder(of: path)
    var needed = 0
    for file in files {
      let part = fileSize(cache.blob(file.tag, client.repository) + ".incomplete") ?? 0
      needed += max((file.size ?? 0) - part, 0)
    }
    var status = statvfs()
    guard statvfs(String(path[..<(path.lastIndex(of: "/") ?? path.endIndex)]), &status) == 0 else {
      return
    }
    let free = UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize))
    guard free.overflow || free.partialValue >= UInt64(needed) else {
      throw .unwritable(
        path: cache.path,
        reason: "expected \(needed) bytes free on the disk, found \(free.partialValue)")
    }
  }
}

/// A file's bytes, which are few.
private func readFile(_ path: String, limit: Int) throws(HubError) -> [UInt8] {
  let file = open(path, O_RDONLY | O_CLOEXEC)
  guard file >= 0 else { throw unwritable(path) }
  defer { close(file) }
  var bytes: [UInt8] = []
  let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
  defer { buffer.deallocate() }
  while bytes.count <= limit {
    let count = systemRead(file, buffer.baseAddress, buffer.count)
    if count < 0, errno == EINTR { continue }
    guard count >= 0 else { throw unwritable(path) }
    if count == 0 { break }
    bytes += buffer[..<count]
  }
  return bytes
}
