/// What becomes of a match that a text is split by.
enum SplitBehavior: String, Sendable, CaseIterable {
  case removed = "Removed"
  case isolated = "Isolated"
  case mergedWithPrevious = "MergedWithPrevious"
  case mergedWithNext = "MergedWithNext"
  case contiguous = "Contiguous"
}

/// Joins matches and what lies between them as a behaviour says.
///
/// Source: `NormalizedString::split` of huggingface/tokenizers.
struct MatchSplitter {
  private let behavior: SplitBehavior
  /// What may still grow.
  private var open: (range: Range<Int>, isMatch: Bool)?

  init(_ behavior: SplitBehavior) { self.behavior = behavior }

  /// Takes the next range of the text.
  mutating func add(_ range: Range<Int>, isMatch: Bool, to parts: inout PreTokens.Parts) {
    switch behavior {
    case .removed:
      if !isMatch { parts.add(range) }
      return
    case .isolated:
      parts.add(range)
      return
    case .contiguous:
      if let before = open, before.isMatch == isMatch {
        open = (before.range.lowerBound..<range.upperBound, isMatch)
        return
      }
    case .mergedWithPrevious:
      // The second of two adjacent matches stands alone.
      if isMatch, let before = open, !before.isMatch {
        parts.add(before.range.lowerBound..<range.upperBound)
        open = (range.upperBound..<range.upperBound, true)
        return
      }
    case .mergedWithNext:
      if !isMatch, let before = open, before.isMatch {
        parts.add(before.range.lowerBound..<range.upperBound)
        open = nil
        return
      }
    }
    end(&parts)
    open = (range, isMatch)
  }

  /// Hands over what is left.
  mutating func end(_ parts: inout PreTokens.Parts) {
    if let open { parts.add(open.range) }
    open = nil
  }
}
