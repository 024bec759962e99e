/// How the lines of a run are laid out.
enum RunForm {
  /// `query Q0 document rank score tag`
  case trec
  /// MS MARCO's `query document rank`
  case msMarco

  /// The form of a run whose first line has so many columns; nil if there is none.
  init?(columnCount: Int) {
    switch columnCount {
    case 3: self = .msMarco
    case 6...: self = .trec
    default: return nil
    }
  }
}

/// What counts of one line of a run.
///
/// The rank of a TREC run is not read; that of an MS MARCO run, negated, is the score.
struct RunLine {
  /// What becomes of columns behind a TREC run's tag.
  enum ExtraColumns {
    /// trec_eval reads what it needs and no more.
    case ignored
    /// They may come from an identifier with a space in it.
    case refused
  }

  let documentID: String
  let score: Double

  init(
    _ columns: [ArraySlice<UInt8>], _ form: RunForm, extraColumns: ExtraColumns,
    _ decoder: inout TextDecoder, path: String, line: Int
  ) throws(FormatError) {
    func failure(_ reason: String) -> FormatError {
      FormatError(.malformed, path: path, line: line, reason: reason)
    }
    switch form {
    case .trec:
      guard columns.count == 6 || columns.count > 6 && extraColumns == .ignored else {
        throw failure(
          "expected six columns (query id, Q0, document id, rank, score, tag), "
            + "found \(columns.count)")
      }
      documentID = try decoder.text(of: columns[2], path: path, line: line)
      let text = try decoder.text(of: columns[4], path: path, line: line)
      guard let number = Double(text), number.isFinite else {
        throw failure("expected a finite score, found \"\(shortened(text))\"")
      }
      score = number
    case .msMarco:
      guard columns.count == 3 else {
        throw failure(
          "expected three columns (query id, document id, rank), found \(columns.count)")
      }
      documentID = try decoder.text(of: columns[1], path: path, line: line)
      guard let rank = wholeNumber(columns[2]), rank >= 1 else {
        let found = shortened(String(decoding: columns[2], as: UTF8.self))
        throw failure("expected a rank from 1 on, found \"\(found)\"")
      }
      score = -Double(rank)
    }
  }
}

/// Whether a line is a comment: it starts with # and white space, or with # and has not the columns of the
/// file's lines.
///
/// So a query may be named #2, while a comment may have as many words as the lines have columns.
///
/// - Parameters:
///   - found: The form that lines with so many columns have; nil if none has.
///   - known: The form of the lines before it; nil if there are none.
func isComment<Form: Equatable>(
  _ columns: [ArraySlice<UInt8>], of found: Form?, in known: Form?
) -> Bool {
  guard let first = columns.first, first.first == UInt8(ascii: "#") else { return false }
  return first.count == 1 || found == nil || known != nil && known != found
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
