import RankingCore

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

extension BM25Index {
  /// An index of some texts that is gone when it is no longer used: its files, in the system's folder
  /// for temporary ones, are removed as soon as they are mapped.
  ///
  /// Documents are named by their places, from 0; their texts are not stored.
  ///
  /// - Parameter willWrite: Called with what is to be removed if the process ends before this returns.
  package static func unnamed(
    of texts: [String], willWrite: ([String]) -> Void = { _ in }
  ) throws(RetrievalError) -> BM25Index {
    let folder = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    let path = "\(folder)/t5rank-\(String(UInt64.random(in: .min ... .max), radix: 36))"
    let names = IndexFile.allCases.map(\.rawValue) + [IndexFile.header]
    let builder = try BM25IndexBuilder(path: path, storesTexts: false)
    willWrite(builder.unfinishedPaths + names.map { "\(path)/\($0)" } + [path])
    for (number, text) in texts.enumerated() {
      try builder.add(Document(id: String(number), text: text))
    }
    try builder.finish()
    defer {
      for name in names { unlink("\(path)/\(name)") }
      rmdir(path)
    }
    return try BM25Index(path: path)
  }
}
