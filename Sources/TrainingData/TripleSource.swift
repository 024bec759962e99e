import RankingCore
public import RankingFormats

/// Training examples of MS MARCO's triples; lines in a row that share query and positive become one.
public struct TripleSource: TrainingSource {
  private var reader: TripleReader
  private var pending: TrainingExample?
  private var failure: FormatError?

  /// Takes over a reader that has not begun.
  public init(_ reader: TripleReader) { self.reader = reader }

  /// Bytes that were not UTF-8 and became U+FFFD so far.
  public var replacedBytes: Int { reader.replacedBytes }

  /// The next example, or why a line is refused; nil at the end.
  public mutating func next() throws(FormatError) -> Result<TrainingExample, FormatError>? {
    if let failure = failure.take() { return .failure(failure) }
    while let line = try reader.next() {
      switch line {
      case .success(let triple):
        let negative = TrainingExample.Passage(triple.negative.text, grade: 0)
        if pending?.query == triple.query.text,
          pending?.positives.first?.text == triple.positive.text
        {
          pending?.negatives.append(negative)
          continue
        }
        let finished = pending
        pending = TrainingExample(
          query: triple.query.text,
          positives: [TrainingExample.Passage(triple.positive.text, grade: 1)],
          negatives: [negative])
        if let finished { return .success(finished) }
      case .failure(let error):
        guard let finished = pending.take() else { return .failure(error) }
        failure = error
        return .success(finished)
      }
    }
    return pending.take().map { .success($0) }
  }
}
