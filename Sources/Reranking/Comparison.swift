/// One document's side of a pair that was asked.
struct Comparison {
  /// The other document's position.
  let other: Int
  /// p_ij, where i is the document and j the other one.
  let over: LogOdds
  /// p_ji, for the same two.
  let under: LogOdds

  /// (p_ij + 1 − p_ji) / 2: how much of the comparison the document wins, over both orders.
  var share: Double { (over.probability + under.complement.probability) / 2 }

  /// The same for the other document.
  var otherShare: Double { (under.probability + over.complement.probability) / 2 }

  /// The comparisons of each of `count` documents, of which each pair was asked in one order.
  static func lists(count: Int, pairs: [IndexPair], answers: [LogOdds]) -> [[Comparison]] {
    var lists = Array(repeating: [Comparison](), count: count)
    for (pair, answer) in zip(pairs, answers) {
      lists[pair.first].append(
        Comparison(other: pair.second, over: answer, under: answer.complement))
      lists[pair.second].append(
        Comparison(other: pair.first, over: answer.complement, under: answer))
    }
    return lists
  }
}

extension PreferenceMatrix {
  /// What was asked about a document, in either order.
  func comparisons(of document: Int) -> [Comparison] {
    (0..<count).compactMap { other in
      guard other != document,
        let over = preference(of: document, over: other),
        let under = preference(of: other, over: document)
      else { return nil }
      return Comparison(other: other, over: over, under: under)
    }
  }
}

extension [Double] {
  /// Rounding depends on the order of a sum: that of the sorted terms depends on the terms alone.
  var sortedSum: Double { sorted().reduce(0, +) }
}
