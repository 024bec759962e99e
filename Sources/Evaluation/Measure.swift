/// How well documents are ranked, as a number for a query.
///
/// Named, spelled and computed as in ir_measures: `nDCG@10`, `P(rel=2)@5`,
/// `nDCG(dcg='exp-log2')@10`, `RBP(p=0.9)@10`. `String(describing:)` gives the name, and
/// `init(_:)` reads it.
public struct Measure: Sendable, Hashable {
  /// The kinds, by ir_measures' names.
  public enum Kind: String, Sendable, Hashable, CaseIterable {
    /// Normalised discounted cumulative gain (Järvelin and Kekäläinen, 2002).
    case discountedGain = "nDCG"
    /// The reciprocal of the first relevant document's rank.
    case reciprocalRank = "RR"
    /// The mean of the precisions at the relevant documents.
    case averagePrecision = "AP"
    /// The share of the first documents that is relevant.
    case precision = "P"
    /// The share of the relevant documents that is among the first.
    case recall = "R"
    /// The precision at as many documents as are relevant.
    case precisionAtRelevant = "Rprec"
    /// 1 if a relevant document is among the first, else 0.
    case success = "Success"
    /// The share of the first documents that was judged.
    case judged = "Judged"
    /// Expected reciprocal rank (Chapelle and others, 2009).
    case expectedReciprocalRank = "ERR"
    /// Rank-biased precision (Moffat and Zobel, 2008).
    case rankBiasedPrecision = "RBP"
  }

  /// What nDCG takes a grade to be worth.
  public enum Gain: String, Sendable, Hashable, CaseIterable {
    /// The grade itself (trec_eval).
    case linear = "log2"
    /// 2^grade − 1 (Burges and others, 2005; gdeval).
    case exponential = "exp-log2"
  }

  /// What is measured.
  public let kind: Kind
  /// How many of the first documents count; nil: all of them.
  public let cutoff: Int?
  /// The lowest grade that is relevant; nil where grades count as they are (nDCG, ERR, and RBP
  /// without `rel`) or not at all (Judged).
  public internal(set) var relevance: Int?
  /// What grades are worth to nDCG.
  public internal(set) var gain = Gain.linear
  /// Grades that nDCG takes for others.
  public internal(set) var gains: [Int: Int] = [:]
  /// Whether documents that were not judged are left out of the ranking.
  public internal(set) var judgedOnly = false
  /// The probability that an RBP user looks at the next document.
  public internal(set) var persistence = 0.8

  /// - Parameter relevance: The lowest relevant grade, for kinds that have one.
  init(_ kind: Kind, at cutoff: Int?, relevance: Int = 1) {
    precondition((cutoff ?? 1) > 0, "a cutoff must be above 0")
    precondition(relevance >= 0, "a relevant grade must not be negative")
    self.kind = kind
    self.cutoff = cutoff
    self.relevance = kind.usesRelevance ? relevance : nil
  }
}

extension Measure {
  /// nDCG of the first `cutoff` documents, or of all.
  public static func nDCG(at cutoff: Int? = nil, gain: Gain = .linear) -> Measure {
    var measure = Measure(.discountedGain, at: cutoff)
    measure.gain = gain
    return measure
  }

  /// RR within the first `cutoff` documents, or within all.
  public static func reciprocalRank(at cutoff: Int? = nil, relevance: Int = 1) -> Measure {
    Measure(.reciprocalRank, at: cutoff, relevance: relevance)
  }

  /// AP of the first `cutoff` documents, or of all.
  public static func averagePrecision(at cutoff: Int? = nil, relevance: Int = 1) -> Measure {
    Measure(.averagePrecision, at: cutoff, relevance: relevance)
  }

  /// P of the first `cutoff` documents.
  public static func precision(at cutoff: Int, relevance: Int = 1) -> Measure {
    Measure(.precision, at: cutoff, relevance: relevance)
  }

  /// R of the first `cutoff` documents.
  public static func recall(at cutoff: Int, relevance: Int = 1) -> Measure {
    Measure(.recall, at: cutoff, relevance: relevance)
  }
}

extension Measure: CustomStringConvertible {
  /// The name in ir_measures' spelling: what differs from the default, then the cutoff.
  public var description: String {
    var parameters: [String] = []
    if gain != .linear { parameters.append("dcg='\(gain.rawValue)'") }
    if !gains.isEmpty {
      let pairs = gains.sorted { $0.key < $1.key }.map { "\($0.key):\($0.value)" }
      parameters.append("gains={\(pairs.joined(separator: ","))}")
    }
    if persistence != 0.8 { parameters.append("p=\(persistence)") }
    if let relevance, relevance != 1 || kind == .rankBiasedPrecision {
      parameters.append("rel=\(relevance)")
    }
    if judgedOnly { parameters.append("judged_only=True") }
    let list = parameters.isEmpty ? "" : "(\(parameters.joined(separator: ",")))"
    return kind.rawValue + list + (cutoff.map { "@\($0)" } ?? "")
  }
}

extension Measure.Kind {
  /// Whether relevance is a matter of a lowest grade that has a default.
  var usesRelevance: Bool {
    switch self {
    case .reciprocalRank, .averagePrecision, .precision, .recall, .precisionAtRelevant, .success:
      true
    case .discountedGain, .judged, .expectedReciprocalRank, .rankBiasedPrecision: false
    }
  }

  /// What may stand in parentheses, by ir_measures' names, beside `cutoff`.
  var parameters: [String] {
    switch self {
    case .discountedGain: ["dcg", "gains", "judged_only"]
    case .judged, .expectedReciprocalRank: []
    case .rankBiasedPrecision: ["p", "rel"]
    default: ["rel", "judged_only"]
    }
  }

  /// Whether a cutoff must, may or must not be given.
  var cutoffRule: CutoffRule {
    switch self {
    case .precision, .recall, .success: .required
    case .precisionAtRelevant: .none
    default: .optional
    }
  }

  enum CutoffRule {
    case required
    case optional
    case none
  }
}
