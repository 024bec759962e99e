import JSON
import RankingCore

/// Requests of JSON Lines files, or of files that hold one JSON array of requests.
///
/// Reads one request at a time, so that a stream may be endless. Blank lines are skipped.
public struct RequestReader: RequestSource {
  private enum Input {
    case lines(LineReader)
    case elements(JSONElementReader)
  }

  private var paths: ArraySlice<String>
  private var input: Input?
  private var decoder: TextDecoder
  private var ordinal = 0

  /// Reads files in order; `-` is standard input.
  public init(paths: [String], invalidUTF8: InvalidUTF8 = .replace) {
    self.paths = paths[...]
    decoder = TextDecoder(invalidUTF8)
  }

  /// Bytes that were not UTF-8 and became U+FFFD so far.
  public var replacedBytes: Int { decoder.replacedBytes }

  /// The next request, or why it is refused; nil at the end.
  public mutating func next() throws(FormatError) -> Result<RankingRequest, FormatError>? {
    while true {
      switch input {
      case nil:
        guard let path = paths.popFirst() else { return nil }
        input = try open(path)
      case .lines(var lines):
        let result = try nextLine(&lines)
        input = result == nil ? nil : .lines(lines)
        if let result { return result }
      case .elements(var elements):
        let result = try nextElement(&elements)
        input = result == nil ? nil : .elements(elements)
        if let result { return result }
      }
    }
  }

  private func open(_ path: String) throws(FormatError) -> Input {
    let reader = try ByteReader(path: path)
    try reader.skipByteOrderMark()
    let isArray = try reader.peekVisible() == UInt8(ascii: "[")
    return isArray ? .elements(JSONElementReader(reader)) : .lines(LineReader(reader))
  }

  private mutating func nextLine(
    _ lines: inout LineReader
  ) throws(FormatError) -> Result<RankingRequest, FormatError>? {
    do {
      while let line = try lines.next() {
        if line.isBlank { continue }
        ordinal += 1
        return .success(try request(line.bytes, path: lines.path, line: line.number))
      }
      return nil
    } catch {
      return try refusing(error)
    }
  }

  private mutating func nextElement(
    _ elements: inout JSONElementReader
  ) throws(FormatError) -> Result<RankingRequest, FormatError>? {
    do {
      guard let element = try elements.next() else { return nil }
      ordinal += 1
      return .success(
        try request(
          element.bytes[...], path: elements.reader.path, line: element.line,
          indent: element.indent))
    } catch {
      return try refusing(error)
    }
  }

  private func refusing(
    _ error: FormatError
  ) throws(FormatError) -> Result<RankingRequest, FormatError> {
    guard error.kind == .malformed else { throw error }
    return .failure(error)
  }

  private mutating func request(
    _ bytes: ArraySlice<UInt8>, path: String, line: Int, indent: Int = 0
  ) throws(FormatError) -> RankingRequest {
    let text = try decoder.wellFormed(bytes, path: path, line: line)
    let value = try parseJSON(text, path: path, line: line, indent: indent)
    return try RequestForm(path: path, line: line, ordinal: ordinal).request(from: value)
  }
}

/// Parses one JSON value of a file, before which `indent` Unicode scalars stand in its line.
///
/// Members named twice and halves of surrogate pairs are accepted, as Python's json module does.
func parseJSON(
  _ text: ArraySlice<UInt8>, path: String, line: Int, indent: Int = 0
) throws(FormatError) -> JSONValue {
  do {
    return try JSONValue(
      parsing: text, options: .init(duplicateKeys: .lastWins, loneSurrogates: .replace))
  } catch {
    let column = error.column + (error.line == 1 ? indent : 0)
    throw FormatError(
      .malformed, path: path, line: line + error.line - 1,
      reason: "column \(column): \(error.message)")
  }
}
