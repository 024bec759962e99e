public import RankingCore

extension Qrels {
  /// Reads judgements: TREC's or MS MARCO's (`query iteration document grade`), or BEIR's
  /// (`query document grade`, perhaps below a line of headings, of which the third is `score`).
  ///
  /// The first line tells which. Columns are separated by any white space. Blank lines and comments are
  /// skipped (# and white space at their start, or # and other columns than a judgement); gzip data
  /// are expanded.
  ///
  /// - Parameter path: The file, or a BEIR folder, whose qrels/test.tsv is read; `-` is standard input.
  /// - Throws: For the first line that is wrong, for a document that is judged twice for a query,
  ///   and for a file without judgements.
  public static func read(path: String) throws(FormatError) -> Qrels {
    let path = BEIRFolder.judgements(at: path)
    var form: JudgementColumns?
    var qrels = Qrels()
    var decoder = TextDecoder(.refuse)
    var lines = try LineReader(path: path)
    while let line = try lines.next() {
      let columns = lineColumns(of: line.bytes)
      let found = JudgementColumns(rawValue: columns.count)
      guard !columns.isEmpty, !isComment(columns, of: found, in: form) else { continue }
      if form == nil {
        form = try JudgementColumns(columns, path: path, line: line.number)
        if form == .beir, isHeading(columns[2]) { continue }
      }
      guard let form, columns.count == form.rawValue else {
        throw FormatError(
          .malformed, path: path, line: line.number,
          reason: "expected \(form?.rawValue ?? 4) columns as before, found \(columns.count)")
      }
      let queryID = try decoder.text(of: columns[0], path: path, line: line.number)
      let document = columns[form == .beir ? 1 : 2]
      let documentID = try decoder.text(of: document, path: path, line: line.number)
      let gradeText = columns[form == .beir ? 2 : 3]
      guard let grade = wholeNumber(gradeText), gradeRange.contains(grade) else {
        throw FormatError(
          .malformed, path: path, line: line.number,
          reason: "expected a whole number from \(gradeRange.lowerBound) to "
            + "\(gradeRange.upperBound) as grade, "
            + "found \"\(shortened(String(decoding: gradeText, as: UTF8.self)))\"")
      }
      guard qrels.judge(documentID, for: queryID, grade: grade) else {
        throw FormatError(
          .malformed, path: path, line: line.number,
          reason: "query \(shortened(queryID)): expected each document judged once, "
            + "found \(shortened(documentID)) twice")
      }
    }
    guard !qrels.queryIDs.isEmpty else {
      throw FormatError(.malformed, path: path, reason: "expected judgements, found none")
    }
    return qrels
  }
}

/// How a line of judgements is laid out; the raw value is the number of its columns.
private enum JudgementColumns: Int {
  case beir = 3
  case trec = 4

  init(_ columns: [ArraySlice<UInt8>], path: String, line: Int) throws(FormatError) {
    guard let form = JudgementColumns(rawValue: columns.count) else {
      throw FormatError(
        .malformed, path: path, line: line,
        reason: "expected four columns (query id, iteration, document id, grade) or BEIR's three, "
          + "found \(columns.count)")
    }
    self = form
  }
}

/// Whether a column is the heading of BEIR's grades.
private func isHeading(_ column: ArraySlice<UInt8>) -> Bool {
  String(decoding: column, as: UTF8.self).lowercased() == "score"
}

/// Exponential gains of higher grades would leave the range of a `Double`.
private let gradeRange = -1000...1000

/// The number that some bytes are in decimal; nil if they are none.
func wholeNumber(_ bytes: ArraySlice<UInt8>) -> Int? {
  Int(String(decoding: bytes, as: UTF8.self))
}
