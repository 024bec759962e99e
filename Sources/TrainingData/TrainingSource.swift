public import RankingFormats

/// Training examples, one at a time.
///
/// A reader of another format (MS MARCO's triples) becomes one by making a
/// `TrainingExample(query:positive:negatives:)` of each of its lines.
public protocol TrainingSource {
  /// The next example, or why it is refused (the one after it may be good); nil at the end.
  ///
  /// - Throws: Only when nothing more can be read.
  mutating func next() throws(FormatError) -> Result<TrainingExample, FormatError>?

  /// Bytes that were not UTF-8 and became U+FFFD so far.
  var replacedBytes: Int { get }
}
