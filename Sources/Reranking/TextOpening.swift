import Tokenization

/// Encodes no more of a long text than a prompt can hold.
struct TextOpening {
  let tokenizer: any Tokenizer
  /// How many of a text's tokens are needed; one more is looked for, to know that there are more.
  let limit: Int

  // English has four to five bytes a token, code and other scripts fewer; what has more is encoded
  // twice in part.
  private static let bytesPerToken = 16

  /// A text's tokens: all of them, or more than `limit` from its start.
  ///
  /// The tokens are the same as those of the whole text, bit for bit. It is cut before an ASCII
  /// space that follows an ASCII letter or digit. No normalisation rule reaches from a letter over
  /// a space, so the normalised opening is the start of the normalised text; no piece crosses the
  /// space, so the whole text's best segmentation passes through it; and a segmentation is searched
  /// from left to right, so up to the space the search sees the same sums, rounding included. Control
  /// tokens could take a space with them: where they are recognized nothing is cut beforehand, nor
  /// where a tokenizer's file does not split at spaces.
  func tokens(of text: String, specialTokens: SpecialTokenPolicy) -> [TokenID] {
    if specialTokens == .literal, tokenizer.splitsAtSpaces, let end = cut(in: text.utf8) {
      let tokens = tokenizer.encode(String(text[..<end]), specialTokens: .literal)
      // Too few, if the text has very long words: the guess was wrong, and is not used.
      if tokens.count > limit { return tokens }
    }
    return tokenizer.encode(text, specialTokens: specialTokens)
  }

  /// The last fitting place in the second half of the bytes that should hold `limit` tokens.
  private func cut(in bytes: String.UTF8View) -> String.Index? {
    let (size, overflow) = limit.multipliedReportingOverflow(by: Self.bytesPerToken)
    guard !overflow,
      let end = bytes.index(bytes.startIndex, offsetBy: size, limitedBy: bytes.endIndex)
    else { return nil }
    let window = bytes[bytes.index(bytes.startIndex, offsetBy: size / 2)..<end]
    var next = window.endIndex
    while next > window.startIndex {
      let index = window.index(before: next)
      if index > window.startIndex, window[index] == UInt8(ascii: " "),
        Self.isLetterOrDigit(window[window.index(before: index)])
      {
        return index
      }
      next = index
    }
    return nil
  }

  private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: false
    }
  }
}
