/// Which ordered pairs of candidates duoT5 is asked about.
public enum PairSelection: String, Sendable, Hashable, CaseIterable {
  /// All n(n − 1) ordered pairs: position bias cancels.
  case allOrdered = "all"
  /// Only i < j, n(n − 1)/2 pairs: half the cost; p(j over i) is taken as 1 − p(i over j).
  case upper
}
