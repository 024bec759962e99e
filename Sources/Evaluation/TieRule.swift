import RankingCore

/// The order of documents with equal scores.
///
/// trec_eval has one rule for all its measures. ir_measures computes some measures by other
/// programs, and those have other rules: a measure by ir_measures' name follows them.
enum TieRule: Hashable {
  /// By falling identifier: trec_eval, and what ir_measures takes from it or from gdeval.
  case fallingIdentifier
  /// By rising identifier: ir_measures' RR with a cutoff (from MS MARCO's script) and Judged.
  case risingIdentifier
  /// As they come in the run: ir_measures' RBP with `rel` (from cwl_eval).
  case given

  /// Documents by falling score, as indices of `entries`.
  ///
  /// - Parameter sorted: The indices by falling score, equal scores in the given order.
  func order(_ entries: [Run.Entry], sorted: [Int]) -> [Int] {
    guard self != .given else { return sorted }
    var order = sorted
    var start = 0
    while start < order.count {
      var end = start + 1
      while end < order.count, entries[order[end]].score == entries[order[start]].score { end += 1 }
      if end - start > 1 {
        order[start..<end].sort { left, right in
          let first = ExactID(entries[left].documentID)
          let second = ExactID(entries[right].documentID)
          return self == .risingIdentifier ? first < second : second < first
        }
      }
      start = end
    }
    return order
  }
}

extension Measure {
  var tieRule: TieRule {
    switch kind {
    case .judged: .risingIdentifier
    case .reciprocalRank where cutoff != nil: .risingIdentifier
    case .rankBiasedPrecision where relevance != nil: .given
    default: .fallingIdentifier
    }
  }
}

/// Indices of entries by falling score, equal scores in the given order.
func indicesByFallingScore(_ entries: [Run.Entry]) -> [Int] {
  entries.indices.sorted {
    let left = entries[$0].score
    let right = entries[$1].score
    return left != right ? left > right : $0 < $1
  }
}
