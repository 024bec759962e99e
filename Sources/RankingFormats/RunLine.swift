/// What counts of one line of a TREC run: `query Q0 document rank score tag`.
///
/// The rank is not read.
struct RunLine {
  /// What becomes of columns behind the tag.
  enum ExtraColumns {
    /// trec_eval reads what it needs and no more.
    case ignored
    /// They may come from an identifier with a space in it.
    case refused
  }

  let documentID: String
  let score: Double

  init(
    _ columns: [ArraySlice<UInt8>], extraColumns: ExtraColumns, _ decoder: inout TextDecoder,
    path: String, line: Int
  ) throws(FormatError) {
    guard columns.count == 6 || columns.count > 6 && extraColumns == .ignored else {
      throw FormatError(
        .malformed, path: path, line: line,
        reason: "expected six columns (query id, Q0, document id, rank, score, tag), "
          + "found \(columns.count)")
    }
    documentID = try decoder.text(of: columns[2], path: path, line: line)
    let text = try decoder.text(of: columns[4], path: path, line: line)
    guard let number = Double(text), number.isFinite else {
      throw FormatError(
        .malformed, path: path, line: line,
        reason: "expected a finite score, found \"\(shortened(text))\"")
    }
    score = number
  }
}

/// The columns of a line, separated by white space.
func lineColumns(of line: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
  var columns: [ArraySlice<UInt8>] = []
  columns.reserveCapacity(6)
  var start: Int?
  for index in line.indices {
    // Space, and tab to carriage return, as C's isspace.
    let isGap = line[index] == space || 0x09...0x0D ~= line[index]
    if !isGap {
      start = start ?? index
    } else if let first = start {
      columns.append(line[first..<index])
      start = nil
    }
  }
  if let start { columns.append(line[start...]) }
  return columns
}
