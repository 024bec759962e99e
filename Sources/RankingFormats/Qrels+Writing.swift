public import RankingCore

/// How judgements are written.
public enum JudgementForm: Sendable, Hashable {
  /// `query 0 document grade`
  case trec
  /// The same with tabs.
  case msMarco
  /// `query document grade` with tabs, below a line of headings.
  case beir
}

extension Qrels {
  /// The judgements as a file's text: queries in their order, documents by the bytes of their
  /// identifiers.
  ///
  /// - Throws: For an identifier that is no column: empty, or with white space.
  public func text(as form: JudgementForm) throws(FormatError) -> String {
    var text = form == .beir ? "query-id\tcorpus-id\tscore\n" : ""
    for query in queries {
      let grades = query.grades.map { (id: $0.key.text, grade: $0.value) }
        .sorted { $0.id.utf8.lexicographicallyPrecedes($1.id.utf8) }
      for id in [query.id] + grades.map(\.id) where !isColumn(id) {
        throw FormatError(
          .malformed, path: "-",
          reason: "expected identifiers without white space for judgements, "
            + "found \"\(shortened(id))\"")
      }
      for (id, grade) in grades {
        switch form {
        case .trec: text += "\(query.id) 0 \(id) \(grade)\n"
        case .msMarco: text += "\(query.id)\t0\t\(id)\t\(grade)\n"
        case .beir: text += "\(query.id)\t\(id)\t\(grade)\n"
        }
      }
    }
    return text
  }
}
