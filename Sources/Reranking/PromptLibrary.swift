private import FoundationEssentials
private import RankingCore

/// Finds prompts by name or by path.
public struct PromptLibrary: Sendable {
  /// The folders that are searched for a name, first match first.
  private let folders: [String]

  /// The prompts that come with the program, wherever `InstalledFiles` looks.
  public static var installed: PromptLibrary {
    PromptLibrary(folders: InstalledFiles.folders.map { "\($0)/prompts" })
  }

  /// The prompts in some folders; an earlier one hides those of the same name in a later one.
  public init(folders: [String]) {
    self.folders = folders
  }

  /// The names of all prompts, sorted: the names of the `.json` files without that ending.
  public var names: [String] {
    let files = folders.flatMap {
      (try? FileManager.default.contentsOfDirectory(atPath: $0)) ?? []
    }
    let names = files.filter {
      $0.hasSuffix(Self.ending) && !$0.hasPrefix(".") && $0 != CheckpointRegistry.fileName
    }
    .map { String($0.dropLast(Self.ending.count)) }
    return Set(names).sorted()
  }

  /// A prompt by its name (`monot5`), or by the path of its file (anything with a `/`, or ending in
  /// `.json`).
  ///
  /// - Throws: `RerankingError`: `unusableOptions` for an unknown name, with the nearest one and all
  ///   others; `fileMissing` for a path without a file; `unusablePrompt` for a faulty file.
  public func prompt(_ nameOrPath: String) throws(RerankingError) -> Prompt {
    if Self.isPath(nameOrPath) {
      return try Prompt(contentsOf: nameOrPath)
    }
    let isName =
      !nameOrPath.isEmpty && !nameOrPath.utf8.contains(0)
      && nameOrPath + Self.ending != CheckpointRegistry.fileName
    for folder in folders where isName {
      let path = "\(folder)/\(nameOrPath)\(Self.ending)"
      if FileManager.default.fileExists(atPath: path) { return try Prompt(contentsOf: path) }
    }
    throw .unusableOptions(reason: unknown(nameOrPath))
  }

  /// Whether a word names a file rather than a prompt.
  static func isPath(_ nameOrPath: String) -> Bool {
    nameOrPath.contains("/") || nameOrPath.hasSuffix(ending)
  }

  private static let ending = ".json"

  private func unknown(_ name: String) -> String {
    let names = names
    let found = "expected the name of a prompt or the path of its .json file, found \"\(name)\""
    guard !names.isEmpty else { return "\(found), and no folder of prompts in \(folders)" }
    let meant = nearestName(to: name, in: names).map { "; did you mean \($0)?" } ?? ";"
    return "\(found)\(meant) There are \(names.joined(separator: ", "))"
  }
}
