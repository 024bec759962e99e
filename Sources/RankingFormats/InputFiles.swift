#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What can be known of input files before they are read.
public enum InputFiles {
  /// Throws for the first file that is missing or must not be read; `-` is always there.
  public static func check(_ paths: [String]) throws(FormatError) {
    for path in paths where path != "-" && !isPipe(path) {
      close(try FileDescriptor.open(path))
    }
  }

  /// Whether there is a file, pipe or directory of that name; `-` is always there.
  public static func exists(_ path: String) -> Bool { path == "-" || kind(of: path) != nil }

  /// Whether all files can be read twice.
  public static func areRegular(_ paths: [String]) -> Bool {
    paths.allSatisfy { $0 != "-" && kind(of: $0) == S_IFREG }
  }

  /// Whether there is a directory of that name.
  public static func isDirectory(_ path: String) -> Bool { kind(of: path) == S_IFDIR }

  /// Opening a pipe would wait for its writer, and closing it would end what it writes.
  private static func isPipe(_ path: String) -> Bool { kind(of: path) == S_IFIFO }

  private static func kind(of path: String) -> mode_t? {
    var status = stat()
    guard !path.utf8.contains(0), stat(path, &status) == 0 else { return nil }
    return status.st_mode & S_IFMT
  }
}
