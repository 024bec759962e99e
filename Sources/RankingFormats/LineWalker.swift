/// The lines of several files, in order, blank ones left out; what reads each line is given.
struct LineWalker {
  private var paths: ArraySlice<String>
  private var lines: LineReader?
  private var decoder: TextDecoder

  /// Reads files in order; `-` is standard input.
  init(paths: [String], invalidUTF8: InvalidUTF8) {
    self.paths = paths[...]
    decoder = TextDecoder(invalidUTF8)
  }

  /// Bytes that were not UTF-8 and became U+FFFD so far.
  var replacedBytes: Int { decoder.replacedBytes }

  /// The files that were not begun yet.
  var remainingPaths: [String] { Array(paths) }

  /// What `read` makes of the next line of a file, or why it is refused (the line after it may be
  /// good); nil at the end.
  ///
  /// - Throws: Only when nothing more can be read.
  mutating func next<Entry>(
    _ read: (Line, _ path: String, inout TextDecoder) throws(FormatError) -> Entry
  ) throws(FormatError) -> Result<Entry, FormatError>? {
    while true {
      if lines == nil {
        guard let path = paths.popFirst() else { return nil }
        lines = try LineReader(path: path)
      }
      do {
        while let line = try lines?.next() {
          if !line.isBlank { return .success(try read(line, lines?.path ?? "-", &decoder)) }
        }
        lines = nil
      } catch {
        guard error.kind == .malformed else { throw error }
        return .failure(error)
      }
    }
  }
}
