import Evaluation
import RankingFormats

/// What `t5rank evaluate` found, as tables for people.
struct EvaluationReport {
  struct Changes {
    let gained: [QueryChange]
    let lost: [QueryChange]
  }

  /// The baseline comes first.
  let evaluations: [RunEvaluation]
  /// Of all runs but the first, in order.
  let comparisons: [RunComparison]
  /// Of the same runs; empty if they are not to be shown.
  let changes: [Changes]
  let showsQueries: Bool

  /// Below this, a corrected p-value earns a mark.
  private static let significance = 0.05

  var table: String {
    var sections = [means, averagingNote]
    if !comparisons.isEmpty { sections.append(differences) }
    if showsQueries {
      sections.append(contentsOf: comparisons.isEmpty ? [queries] : changeSections)
    }
    return sections.joined(separator: "\n")
  }

  // MARK: Means

  /// The runs' names, in order: their files' names where that tells them apart.
  private var names: [String] {
    let paths = evaluations.map(\.name)
    let files = paths.map { $0.split(separator: "/").last.map(String.init) ?? $0 }
    return (Set(files).count == files.count ? files : paths).map(flattened)
  }

  private var measures: [Measure] { evaluations[0].measures }

  private var means: String {
    var rows = [["run"] + measures.map(\.description)]
    for (index, evaluation) in evaluations.enumerated() {
      let cells = measures.indices.map { measure in
        let value = fixed(evaluation.mean(measure), decimals: 4)
        guard !comparisons.isEmpty else { return value }
        return value + (index > 0 ? mark(comparisons[index - 1].measures[measure]) : " ")
      }
      rows.append([names[index]] + cells)
    }
    return aligned(rows)
  }

  private func mark(_ comparison: PairedComparison) -> String {
    guard let p = comparison.correctedTTest, p < Self.significance else { return " " }
    return comparison.delta > 0 ? "▲" : "▼"
  }

  private var averagingNote: String {
    let total = grouped(evaluations[0].queryIDs.count)
    var lines: [String]
    switch evaluations[0].averaging {
    case .judgedQueries:
      lines = [
        "averaged over all \(total) judged queries (as ir_measures, and trec_eval -c); "
          + "a query that a run lacks counts 0"
      ]
    case .commonQueries:
      lines = [
        "averaged over the judged queries that a run has (as trec_eval without -c), of \(total)"
      ]
    }
    for (name, evaluation) in zip(names, evaluations)
    where evaluation.missingQueries + evaluation.unjudgedQueries > 0 {
      lines.append(
        "\(name): \(grouped(evaluation.missingQueries)) judged queries "
          + "missing, \(grouped(evaluation.unjudgedQueries)) queries not judged")
    }
    if !comparisons.isEmpty {
      lines.append("▲ ▼ better or worse than the first run: paired t-test, Holm-corrected p < 0.05")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  // MARK: Differences

  private var differences: String {
    let count = comparisons.reduce(0) { $0 + $1.measures.count }
    var rows = [
      [
        "run", "measure", "Δ", "95 % interval", "p (t)", "Holm", "p (sign flips)", "Holm",
        "wins/ties/losses",
      ]
    ]
    for (name, comparison) in zip(names.dropFirst(), comparisons) {
      for paired in comparison.measures {
        let interval = paired.interval.map {
          "[\(signed($0.lower)), \(signed($0.upper))]"
        }
        rows.append([
          name, paired.measure.description, signed(paired.delta),
          interval ?? "–", probability(paired.tTest?.pValue), probability(paired.correctedTTest),
          probability(paired.signFlip?.pValue), probability(paired.correctedSignFlip),
          "\(paired.wins)/\(paired.ties)/\(paired.losses)",
        ])
      }
    }
    let sizes = Set(comparisons.map(\.queryCount)).sorted().map(grouped).joined(separator: ", ")
    return "against \(names[0]), over \(sizes) queries "
      + "(Holm: over \(counted(count, "comparison", "comparisons")))\n"
      + aligned(rows, leading: 2)
  }

  private func signed(_ number: Double) -> String {
    let text = fixed(number, decimals: 4)
    return text.hasPrefix("-") ? text : "+" + text
  }

  private func probability(_ value: Double?) -> String {
    guard let value else { return "–" }
    return value > 0 && value < 0.0001 ? "<0.0001" : fixed(value, decimals: 4)
  }

  // MARK: Queries

  private var queries: String {
    let evaluation = evaluations[0]
    var rows = [["query"] + measures.map(\.description)]
    for (index, id) in evaluation.queryIDs.enumerated()
    where evaluation.isFound[index] || evaluation.averaging == .judgedQueries {
      rows.append(
        [flattened(id)] + evaluation.values.map { fixed($0[index], decimals: 4) })
    }
    return aligned(rows)
  }

  private var changeSections: [String] {
    zip(names.dropFirst(), changes).map { name, changes in
      "\(name) against \(names[0]), by \(measures[0])\n"
        + lines("gained", changes.gained) + lines("lost", changes.lost)
    }
  }

  private func lines(_ heading: String, _ changes: [QueryChange]) -> String {
    var text = changes.isEmpty ? "  no query \(heading)\n" : "  \(heading) most\n"
    for change in changes {
      text +=
        "    \(flattened(change.queryID)): \(signed(change.delta)) "
        + "(\(fixed(change.before, decimals: 4)) → \(fixed(change.after, decimals: 4)))\n"
      for move in change.moves {
        text +=
          "      \(flattened(move.documentID)), grade \(move.grade): "
          + "\(place(move.before)) → \(place(move.after))\n"
      }
    }
    return text
  }

  private func place(_ rank: Int?) -> String {
    rank.map { "rank \(grouped($0))" } ?? "not there"
  }

  // MARK: Columns

  /// Columns side by side; the first `leading` ones to the left, the others to the right.
  private func aligned(_ rows: [[String]], leading: Int = 1) -> String {
    let widths = (rows.first ?? []).indices.map { column in
      rows.map { displayWidth($0[column]) }.max() ?? 0
    }
    return rows.map { row in
      var line = ""
      for (column, cell) in row.enumerated() {
        let gap = String(repeating: " ", count: widths[column] - displayWidth(cell))
        line += (column > 0 ? "  " : "") + (column < leading ? cell + gap : gap + cell)
      }
      return line + "\n"
    }.joined()
  }
}
