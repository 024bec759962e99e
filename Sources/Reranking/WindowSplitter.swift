public import RankingCore
public import Tokenization

/// Cuts documents into windows of so many tokens, which overlap.
///
/// A document that fits into one window is read as it is. A window of any other begins and ends with
/// sentences; only in a sentence longer than a window does one begin and end with words, and in such a word
/// with characters. Windows leave out nothing but white space, and none is a part of another.
///
/// What stands before a document's body (`Document.bodyStart`) is read again with each window. It counts in the
/// window's size, of which the body has half at the least: only with a long title is a window longer.
public struct WindowSplitter: Sendable {
  /// The most tokens of a window, unless a long title stands in it.
  public let size: Int
  /// How many tokens further the next window begins, at the end of the sentence there.
  public let stride: Int

  private let tokenizer: any Tokenizer
  private let specialTokens: SpecialTokenPolicy

  /// What windows are made of.
  private struct Unit {
    let range: Range<Int>
    let tokens: Int
  }

  /// A splitter for one tokenizer.
  ///
  /// - Parameters:
  ///   - size: In tokens; below 1 counts as 1.
  ///   - stride: In tokens; what is not from 1 to `size` counts as the nearest that is.
  public init(
    tokenizer: any Tokenizer, size: Int, stride: Int,
    specialTokens: SpecialTokenPolicy = .literal
  ) {
    self.tokenizer = tokenizer
    self.size = max(size, 1)
    self.stride = min(max(stride, 1), self.size)
    self.specialTokens = specialTokens
  }

  /// The windows of a document from first to last, in Unicode scalars of its text; at least one.
  public func windows(of document: Document) -> [Range<Int>] {
    windowedTexts(of: document).map(\.window)
  }

  /// The windows, and what a model reads in each.
  func windowedTexts(of document: Document) -> [(window: Range<Int>, text: String)] {
    let whole = (window: 0..<document.text.unicodeScalars.count, text: document.text)
    let opening = TextOpening(tokenizer: tokenizer, limit: size)
    guard opening.tokens(of: document.text, specialTokens: specialTokens).count > size else {
      return [whole]
    }
    let scalars = Array(document.text.unicodeScalars)
    let bodyStart = min(max(document.bodyStart, 0), scalars.count)
    let room = max(size - tokenCount(of: scalars[..<bodyStart]), (size + 1) / 2)
    let units = SentenceSplitter.sentences(in: bodyStart..<scalars.count, of: scalars)
      .flatMap { self.units(in: $0, of: scalars, atMost: room) }
    guard !units.isEmpty else { return [whole] }
    let heading = text(of: scalars[..<bodyStart])
    return windows(of: units, atMost: room).map { ($0, heading + text(of: scalars[$0])) }
  }

  private func windows(of units: [Unit], atMost room: Int) -> [Range<Int>] {
    var windows: [Range<Int>] = []
    var first = 0
    var covered = 0
    while covered < units.count {
      var end = first
      var tokens = 0
      // One character may have more tokens than there is room for.
      while end < units.count, end == first || tokens + units[end].tokens <= room {
        tokens += units[end].tokens
        end += 1
      }
      guard end > covered else {
        first += 1
        continue
      }
      windows.append(units[first].range.lowerBound..<units[end - 1].range.upperBound)
      covered = end
      var passed = 0
      repeat {
        passed += units[first].tokens
        first += 1
      } while passed < stride && first < end
    }
    return windows
  }

  /// A sentence, or its words if it is too long, or the characters of words that are.
  private func units(
    in sentence: Range<Int>, of scalars: [Unicode.Scalar], atMost room: Int
  ) -> [Unit] {
    let tokens = tokenCount(of: scalars[sentence])
    if tokens <= room { return [Unit(range: sentence, tokens: tokens)] }
    return SentenceSplitter.words(in: sentence, of: scalars)
      .flatMap { parts(of: $0, of: scalars, atMost: room) }
  }

  /// A word, or its halves until they are short enough or one character.
  private func parts(
    of word: Range<Int>, of scalars: [Unicode.Scalar], atMost room: Int
  ) -> [Unit] {
    let tokens = tokenCount(of: scalars[word])
    let text = self.text(of: scalars[word])
    guard tokens > room, text.count > 1 else { return [Unit(range: word, tokens: tokens)] }
    let middle = word.lowerBound + text.prefix(text.count / 2).unicodeScalars.count
    return parts(of: word.lowerBound..<middle, of: scalars, atMost: room)
      + parts(of: middle..<word.upperBound, of: scalars, atMost: room)
  }

  private func tokenCount(of scalars: ArraySlice<Unicode.Scalar>) -> Int {
    scalars.isEmpty
      ? 0 : tokenizer.encode(text(of: scalars), specialTokens: specialTokens).count
  }

  private func text(of scalars: ArraySlice<Unicode.Scalar>) -> String {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: scalars)
    return String(view)
  }
}
