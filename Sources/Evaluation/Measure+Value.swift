#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What a measure looks at: one query's ranking, and its judgements.
struct JudgedRanking {
  /// Grades by rank; nil: not judged.
  let ranked: [Int?]
  /// The grades of all judged documents, highest first.
  let judged: [Int]
  /// The highest grade of all queries.
  let highestGrade: Int
}

extension Measure {
  /// The measure of one query; 0 for an empty ranking, and where nothing is relevant.
  func value(of ranking: JudgedRanking) -> Double {
    switch kind {
    case .discountedGain: discountedGain(ranking)
    case .reciprocalRank: reciprocalRank(ranking)
    case .averagePrecision: averagePrecision(ranking)
    case .precision: Double(hits(ranking, within: limit)) / Double(limit)
    case .recall: share(hits(ranking, within: limit), of: relevantCount(ranking))
    case .precisionAtRelevant: precisionAtRelevant(ranking)
    case .success: hits(ranking, within: limit) > 0 ? 1 : 0
    case .judged: judgedShare(ranking)
    case .expectedReciprocalRank: expectedReciprocalRank(ranking)
    case .rankBiasedPrecision: rankBiasedPrecision(ranking)
    }
  }

  private var limit: Int { cutoff ?? .max }

  /// The ranking that counts, to the cutoff.
  private func grades(_ ranking: JudgedRanking) -> ArraySlice<Int?> {
    guard judgedOnly else { return ranking.ranked.prefix(limit) }
    // Negative grades say, to trec_eval, that a document was in the pool and was not judged.
    return ranking.ranked.filter { ($0.map(mapped) ?? -1) >= 0 }.prefix(limit)
  }

  private func isRelevant(_ grade: Int?) -> Bool {
    grade.map { $0 >= relevance ?? 1 } ?? false
  }

  private func relevantCount(_ ranking: JudgedRanking) -> Int {
    ranking.judged.count { isRelevant($0) }
  }

  private func hits(_ ranking: JudgedRanking, within count: Int) -> Int {
    grades(ranking).prefix(count).count { isRelevant($0) }
  }

  private func share(_ count: Int, of total: Int) -> Double {
    total > 0 ? Double(count) / Double(total) : 0
  }

  // MARK: Gains

  private func mapped(_ grade: Int) -> Int { gains[grade] ?? grade }

  private func worth(_ grade: Int?) -> Double {
    guard let grade = grade.map(mapped), grade > 0 else { return 0 }
    return switch gain {
    case .linear: Double(grade)
    case .exponential: exp2(Double(grade)) - 1
    }
  }

  private func discountedGain(_ ranking: JudgedRanking) -> Double {
    let judged =
      gains.isEmpty ? ranking.judged : ranking.judged.map(mapped).sorted(by: >)
    // Mapped already: only their worth is asked for.
    var plain = self
    plain.gains = [:]
    let ideal = plain.sum(judged.prefix(limit).map(Optional.some)[...])
    return ideal > 0 ? sum(grades(ranking)) / ideal : 0
  }

  private func sum(_ grades: ArraySlice<Int?>) -> Double {
    var sum = 0.0
    for (rank, grade) in grades.enumerated() {
      let worth = worth(grade)
      if worth != 0 { sum += worth / log2(Double(rank + 2)) }
    }
    return sum
  }

  // MARK: Ranks

  private func reciprocalRank(_ ranking: JudgedRanking) -> Double {
    let grades = grades(ranking)
    guard let first = grades.firstIndex(where: isRelevant) else { return 0 }
    return 1 / Double(first - grades.startIndex + 1)
  }

  private func averagePrecision(_ ranking: JudgedRanking) -> Double {
    var found = 0
    var sum = 0.0
    for (rank, grade) in grades(ranking).enumerated() where isRelevant(grade) {
      found += 1
      sum += Double(found) / Double(rank + 1)
    }
    let total = relevantCount(ranking)
    return total > 0 ? sum / Double(total) : 0
  }

  private func precisionAtRelevant(_ ranking: JudgedRanking) -> Double {
    let total = relevantCount(ranking)
    return share(hits(ranking, within: total), of: total)
  }

  /// Of a ranking that is shorter than the cutoff, all documents count, and no more.
  private func judgedShare(_ ranking: JudgedRanking) -> Double {
    let grades = ranking.ranked.prefix(limit)
    return share(grades.count { $0 != nil }, of: grades.count)
  }

  // MARK: Users

  /// The probability to stop at a document is (2^grade − 1) / 2^highest; the highest grade is 4 as
  /// in gdeval, or higher where the judgements are, which gdeval refuses.
  private func expectedReciprocalRank(_ ranking: JudgedRanking) -> Double {
    let highest = exp2(Double(max(ranking.highestGrade, 4)))
    var reached = 1.0
    var sum = 0.0
    for (rank, grade) in grades(ranking).enumerated() {
      guard let grade, grade > 0 else { continue }
      let stops = (exp2(Double(grade)) - 1) / highest
      sum += reached * stops / Double(rank + 1)
      reached *= 1 - stops
    }
    return sum
  }

  /// Without `rel`, a document is worth its share of the query's highest grade, as in trec_eval.
  private func rankBiasedPrecision(_ ranking: JudgedRanking) -> Double {
    let highest = Double(max(ranking.judged.first ?? 1, 1))
    var reached = 1.0
    var sum = 0.0
    for grade in grades(ranking) {
      let worth =
        relevance == nil ? Double(max(grade ?? 0, 0)) / highest : isRelevant(grade) ? 1 : 0
      sum += worth * reached
      reached *= persistence
    }
    return (1 - persistence) * sum
  }
}
