private import FoundationEssentials

/// Where the files that come with the program are found: `prompts/` and `weights/`.
public enum InstalledFiles {
  /// The path of a file or folder that comes with the program.
  ///
  /// - Parameter relative: Its place below the top of the project, as `weights/t5rank-mini`.
  /// - Returns: The first that exists in the order of `folders`; nil if none does.
  public static func path(of relative: String) -> String? {
    guard !relative.isEmpty, !relative.utf8.contains(0) else { return nil }
    return folders.lazy.map { "\($0)/\(relative)" }
      .first { FileManager.default.fileExists(atPath: $0) }
  }

  /// The folders that may hold `prompts` and `weights`, most specific first: the one in the
  /// environment's `T5RANK_HOME`; those above the executable, upwards; `../share/t5rank` beside the
  /// executable's folder; the source checkout that the program was built from.
  static var folders: [String] {
    folders(
      home: ProcessInfo.processInfo.environment["T5RANK_HOME"], executable: executable,
      checkout: folder(of: #filePath, levelsUp: 3))
  }

  package static func folders(home: String?, executable: String?, checkout: String?) -> [String] {
    var folders: [String] = []
    if let home, !home.isEmpty { folders.append(home) }
    if let executable {
      let names = executable.split(separator: "/").dropLast()
      for count in stride(from: names.count, through: 1, by: -1) {
        folders.append("/" + names.prefix(count).joined(separator: "/"))
      }
      folders.append("/" + (names.dropLast() + ["share", "t5rank"]).joined(separator: "/"))
    }
    if let checkout { folders.append(checkout) }
    return folders
  }

  /// The absolute path of this program's file, symbolic links resolved; nil where nobody can tell.
  private static var executable: String? {
    // Linux names it; elsewhere the first argument has to do.
    let files = FileManager.default
    if let path = try? files.destinationOfSymbolicLink(atPath: "/proc/self/exe") { return path }
    guard let argument = CommandLine.arguments.first, argument.contains("/") else { return nil }
    let absolute = argument.hasPrefix("/") ? argument : "\(files.currentDirectoryPath)/\(argument)"
    return URL(fileURLWithPath: absolute).resolvingSymlinksInPath().path
  }

  private static func folder(of file: String, levelsUp levels: Int) -> String? {
    let names = file.split(separator: "/")
    guard file.hasPrefix("/"), names.count > levels else { return nil }
    return "/" + names.dropLast(levels).joined(separator: "/")
  }
}
