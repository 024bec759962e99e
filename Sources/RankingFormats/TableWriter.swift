public import RankingCore

/// Writes rankings for people: a heading with the query, then rank, score, identifier and text.
///
/// Documents that no model has scored (those behind duo's depth) have a dash as their score.
public struct TableWriter: Sendable {
  /// Columns of the terminal; nil: texts are not shortened.
  public let width: Int?
  private var isFirst = true

  /// - Parameter width: Columns of the terminal that the table is for; nil if there is none.
  public init(width: Int?) {
    self.width = width
  }

  /// The table of one query, with a blank line before it unless it is the first.
  public mutating func text(of ranking: Ranking, for request: RankingRequest) -> String {
    let longestID = 32
    let scores = ranking.map { $0.scale == .given ? "-" : fixed($0.score, decimals: 4) }
    let ids = ranking.map { cut(flattened($0.document.id), to: longestID) }
    let rankWidth = max("rank".count, String(ranking.count).count)
    let scoreWidth = max("score".count, scores.map(\.count).max() ?? 0)
    let idWidth = max("id".count, ids.map(displayWidth).max() ?? 0)
    let textWidth = width.map { max($0 - rankWidth - scoreWidth - idWidth - 6, 10) }

    var text = isFirst ? "" : "\n"
    isFirst = false
    let heading = "query \(flattened(request.query.id)): \(flattened(request.query.text))"
    text += (width.map { cut(heading, to: max($0, 10)) } ?? heading) + "\n"
    text += row(
      left("rank", rankWidth), left("score", scoreWidth), right("id", idWidth), "text")
    for (index, entry) in ranking.enumerated() {
      let flat = flattened(entry.document.text)
      text += row(
        left(String(index + 1), rankWidth), left(scores[index], scoreWidth),
        right(ids[index], idWidth), textWidth.map { cut(flat, to: $0) } ?? flat)
    }
    return text
  }

  private func row(_ rank: String, _ score: String, _ id: String, _ text: String) -> String {
    "\(rank)  \(score)  \(id)  \(text)\n"
  }

  private func left(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(width - text.count, 0)) + text
  }

  private func right(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(width - displayWidth(text), 0))
  }
}

/// A text on one line: runs of white space and control characters become one space, so that a
/// document can neither break the table nor command the terminal.
package func flattened(_ text: String) -> String {
  var scalars = String.UnicodeScalarView()
  var isAfterSpace = true
  for scalar in text.unicodeScalars {
    let category = scalar.properties.generalCategory
    let isGap =
      scalar.properties.isWhitespace || category == .control || category == .lineSeparator
      || category == .paragraphSeparator || (0x202A...0x202E).contains(scalar.value)
      || (0x2066...0x2069).contains(scalar.value)
    if !isGap {
      scalars.append(scalar)
    } else if !isAfterSpace {
      scalars.append(" ")
    }
    isAfterSpace = isGap
  }
  if scalars.last == " " { scalars.removeLast() }
  return String(scalars)
}

/// A text cut to some columns of a terminal, with an ellipsis where something is missing.
package func cut(_ text: String, to width: Int) -> String {
  var used = 0
  var kept = text.startIndex
  for index in text.indices {
    let next = displayWidth(text[index])
    if used + next > width { return text[..<kept] + "…" }
    used += next
    // One column stays free for the ellipsis.
    if used < width { kept = text.index(after: index) }
  }
  return text
}

/// The columns that a text takes in a terminal, well enough for tables.
package func displayWidth(_ text: String) -> Int {
  text.reduce(0) { $0 + displayWidth($1) }
}

private func displayWidth(_ character: Character) -> Int {
  guard let first = character.unicodeScalars.first else { return 0 }
  switch first.properties.generalCategory {
  case .nonspacingMark, .enclosingMark, .format: return 0
  default: break
  }
  if first.properties.isEmojiPresentation { return 2 }
  switch first.value {
  // East Asian wide and full-width blocks (Unicode Standard Annex 11).
  case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3,
    0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x20000...0x3FFFD:
    return 2
  default: return 1
  }
}

/// A number with a fixed count of decimals, rounded half away from zero.
package func fixed(_ number: Double, decimals: Int) -> String {
  let limit = 1e12
  guard number.magnitude < limit else { return number.description }
  var unit = 1.0
  for _ in 0..<decimals { unit *= 10 }
  let scaled = (number.magnitude * unit).rounded()
  guard let whole = Int64(exactly: scaled) else { return number.description }
  var digits = String(whole)
  guard decimals > 0 else { return (number < 0 && whole != 0 ? "-" : "") + digits }
  if digits.count <= decimals {
    digits = String(repeating: "0", count: decimals + 1 - digits.count) + digits
  }
  let sign = number < 0 && whole != 0 ? "-" : ""
  return "\(sign)\(digits.dropLast(decimals)).\(digits.suffix(decimals))"
}
