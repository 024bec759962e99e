public import RankingCore

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// How one query fares in a run, compared with a baseline.
public struct QueryChange: Sendable, Hashable {
  /// A judged document that two runs rank differently.
  public struct Move: Sendable, Hashable {
    /// Names the document.
    public let documentID: String
    /// How relevant it was judged.
    public let grade: Int
    /// Its rank in the baseline, from 1; nil: not there.
    public let before: Int?
    /// Its rank in the run, from 1; nil: not there.
    public let after: Int?
  }

  /// Names the query.
  public let queryID: String
  /// The baseline's value.
  public let before: Double
  /// The run's value.
  public let after: Double
  /// The moves that matter most: by grade, and by how much the discount of nDCG changes.
  public let moves: [Move]

  /// What was gained; negative for a loss.
  public var delta: Double { after - before }
}

extension Evaluator {
  /// The queries that gained and lost most, largest change first.
  ///
  /// - Parameters:
  ///   - evaluations: What this evaluator measured of the baseline (`before`) and the run (`after`).
  ///   - measure: The place in `measures` of the one that counts.
  ///   - count: How many queries of each at most.
  ///   - moveCount: How many documents of each query at most.
  public func largestChanges(
    of run: Run, from baseline: Run, qrels: Qrels,
    evaluations: (before: RunEvaluation, after: RunEvaluation), measure: Int, count: Int,
    moveCount: Int
  ) -> (gained: [QueryChange], lost: [QueryChange]) {
    let (before, after) = evaluations
    let counted = Set(before.averagedIndices).intersection(after.averagedIndices)
    func delta(_ query: Int) -> Double {
      after.values[measure][query] - before.values[measure][query]
    }
    func change(_ query: Int) -> QueryChange {
      QueryChange(
        queryID: queryIDs[query], before: before.values[measure][query],
        after: after.values[measure][query],
        moves: Array(
          moves(queryIDs[query], from: baseline, to: run, qrels).prefix(moveCount)))
    }
    // Equal changes keep the judgements' order.
    let gained = counted.filter { delta($0) > 0 }
      .sorted { delta($0) != delta($1) ? delta($0) > delta($1) : $0 < $1 }
    let lost = counted.filter { delta($0) < 0 }
      .sorted { delta($0) != delta($1) ? delta($0) < delta($1) : $0 < $1 }
    return (gained.prefix(count).map(change), lost.prefix(count).map(change))
  }

  private func moves(
    _ queryID: String, from baseline: Run, to run: Run, _ qrels: Qrels
  ) -> [QueryChange.Move] {
    let before = ranks(queryID, baseline)
    let after = ranks(queryID, run)
    func weight(_ move: QueryChange.Move) -> Double {
      // A judged document without relevance matters where it takes a better one's place.
      let worth = move.grade > 0 ? Double(move.grade) : 0.5
      return worth * (discount(move.after) - discount(move.before)).magnitude
    }
    let documents = Set(before.keys).union(after.keys)
    let moves = documents.compactMap { document -> QueryChange.Move? in
      guard before[document] != after[document],
        let grade = qrels.grade(of: document.text, for: queryID)
      else { return nil }
      return QueryChange.Move(
        documentID: document.text, grade: grade, before: before[document], after: after[document])
    }
    return moves.sorted {
      weight($0) != weight($1)
        ? weight($0) > weight($1) : ExactID($0.documentID) < ExactID($1.documentID)
    }
  }

  private func ranks(_ queryID: String, _ run: Run) -> [ExactID: Int] {
    Dictionary(
      ranking(of: queryID, in: run).enumerated().map { (ExactID($1), $0 + 1) },
      uniquingKeysWith: min)
  }
}

private func discount(_ rank: Int?) -> Double {
  guard let rank else { return 0 }
  return 1 / log2(Double(rank) + 1)
}
