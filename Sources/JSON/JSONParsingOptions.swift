/// What a parser accepts beyond, or refuses within, RFC 8259.
public struct JSONParsingOptions: Sendable, Hashable {
  /// What happens when an object names a member twice.
  public enum DuplicateKeys: Sendable, Hashable {
    /// An error: two readers could disagree about which member counts. The default.
    case refuse
    /// The last value counts, in the place of the first, as in most parsers.
    case lastWins
  }

  /// What happens to half of a UTF-16 pair written as an escape (`"\ud83d"`), which no UTF-8 can hold.
  public enum LoneSurrogates: Sendable, Hashable {
    /// An error. The default.
    case refuse
    /// U+FFFD stands in its place.
    case replace
  }

  /// Arrays and objects may nest this deep; at most 512, however large the number given.
  public var maximumDepth: Int
  /// What happens when an object names a member twice.
  public var duplicateKeys: DuplicateKeys
  /// What happens to half of a surrogate pair.
  public var loneSurrogates: LoneSurrogates

  /// The strict defaults, or what is given instead.
  public init(
    maximumDepth: Int = 128, duplicateKeys: DuplicateKeys = .refuse,
    loneSurrogates: LoneSurrogates = .refuse
  ) {
    self.maximumDepth = maximumDepth
    self.duplicateKeys = duplicateKeys
    self.loneSurrogates = loneSurrogates
  }
}
