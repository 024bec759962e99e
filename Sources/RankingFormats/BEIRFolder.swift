/// The files of a folder in BEIR's layout; each may be compressed, with `.gz` behind its name.
public enum BEIRFolder {
  /// The documents in a folder; a path that is no folder is itself.
  public static func corpus(at path: String) -> String { file("corpus.jsonl", at: path) }

  /// The queries in a folder; a path that is no folder is itself.
  public static func queries(at path: String) -> String { file("queries.jsonl", at: path) }

  /// The judgements for the test in a folder; a path that is no folder is itself.
  public static func judgements(at path: String) -> String { file("qrels/test.tsv", at: path) }

  private static func file(_ name: String, at path: String) -> String {
    guard InputFiles.isDirectory(path) else { return path }
    let file = "\(path)/\(name)"
    return !InputFiles.exists(file) && InputFiles.exists("\(file).gz") ? "\(file).gz" : file
  }
}
