private import FoundationEssentials

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The folder in which huggingface_hub keeps what it downloaded, and we do too.
///
/// `models--OWNER--NAME` has `blobs` (contents, named by the hub's tags), `snapshots/COMMIT` (the
/// repository's files as links to them) and `refs` (what commit a branch is).
package struct HubCache: Sendable, Hashable {
  /// Where the folder is.
  package let path: String

  package init(path: String) {
    self.path = path
  }

  /// The folder of a model's files: of the branch main if the cache knows it, else of the only commit
  /// that it has; nil if there is none.
  package func snapshot(of repository: RepositoryName) -> String? {
    let snapshots = "\(folder(of: repository))/snapshots"
    if let text = FileManager.default.contents(atPath: reference(to: .main, repository)) {
      let commit = String(decoding: text, as: UTF8.self).prefix { !$0.isWhitespace }
      if isHexadecimal(String(commit), count: 40), isDirectory("\(snapshots)/\(commit)") {
        return "\(snapshots)/\(commit)"
      }
    }
    let found = ((try? FileManager.default.contentsOfDirectory(atPath: snapshots)) ?? [])
      .filter { isHexadecimal($0, count: 40) && isDirectory("\(snapshots)/\($0)") }
    return found.count == 1 ? "\(snapshots)/\(found[0])" : nil
  }

  func snapshot(of repository: RepositoryName, commit: String) -> String {
    "\(folder(of: repository))/snapshots/\(commit)"
  }

  func blob(_ tag: ContentTag, _ repository: RepositoryName) -> String {
    "\(folder(of: repository))/blobs/\(tag)"
  }

  /// Whoever holds this file locked may write the content.
  func lock(_ tag: ContentTag, _ repository: RepositoryName) -> String {
    "\(path)/.locks/\(repository.folder)/\(tag).lock"
  }

  /// Shows a content under a file's name in a commit: a relative link, so that the cache can be moved.
  func link(
    _ file: RemoteFile, _ repository: RepositoryName, commit: String
  ) throws(HubError) {
    let place = "\(snapshot(of: repository, commit: commit))/\(file.path)"
    // Out of the file's folders, of the commit's, and of `snapshots`.
    let levels = file.path.utf8.count { $0 == slash } + 2
    let target = String(repeating: "../", count: levels) + "blobs/\(file.tag)"
    let temporary = "\(place).\(String(UInt64.random(in: .min ... .max), radix: 36)).tmp"
    try makeFolder(of: place)
    guard symlink(target, temporary) == 0 else { throw unwritable(place) }
    guard rename(temporary, place) == 0 else {
      defer { unlink(temporary) }
      throw unwritable(place)
    }
  }

  /// Remembers what commit a branch or tag is.
  func remember(
    _ revision: Revision, _ repository: RepositoryName, commit: String
  ) throws(HubError) {
    guard !revision.isCommit else { return }
    let place = reference(to: revision, repository)
    if FileManager.default.contents(atPath: place) == Data(commit.utf8) { return }
    try makeFolder(of: place)
    do {
      try Data(commit.utf8).write(to: URL(filePath: place), options: .atomic)
    } catch {
      throw .unwritable(path: place, reason: "a file in its folder cannot be made or renamed")
    }
  }

  /// Makes the folder that a file is to be in.
  func makeFolder(of file: String) throws(HubError) {
    let folder = String(file[..<(file.utf8.lastIndex(of: slash) ?? file.startIndex)])
    guard !isDirectory(folder) else { return }
    var made = ""
    for part in folder.utf8.split(separator: slash) {
      if !made.isEmpty || folder.utf8.first == slash { made += "/" }
      made += String(decoding: part, as: UTF8.self)
      // Another process may have been faster.
      if mkdir(made, 0o777) != 0, errno != EEXIST, !isDirectory(made) { throw unwritable(made) }
    }
  }

  private func folder(of repository: RepositoryName) -> String { "\(path)/\(repository.folder)" }

  private func reference(to revision: Revision, _ repository: RepositoryName) -> String {
    "\(folder(of: repository))/refs/\(revision)"
  }
}

/// What the last system call says about a path.
func unwritable(_ path: String) -> HubError {
  .unwritable(path: path, reason: String(cString: strerror(errno)))
}

private func isDirectory(_ path: String) -> Bool {
  var status = stat()
  return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
}

/// Whether both paths lead to one file.
func isSameFile(_ path: String, _ other: String) -> Bool {
  var status = stat()
  var otherStatus = stat()
  return stat(path, &status) == 0 && stat(other, &otherStatus) == 0
    && status.st_dev == otherStatus.st_dev && status.st_ino == otherStatus.st_ino
}

/// The bytes of a file, links followed; nil if there is none.
func fileSize(_ path: String) -> Int? {
  var status = stat()
  guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
  return Int(status.st_size)
}
