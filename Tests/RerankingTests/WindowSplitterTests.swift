import RankingCore
import Reranking
import Support
import Testing
import Tokenization

@Suite("Windows of documents")
struct WindowSplitterTests {
  private func windows(
    _ text: String, size: Int, stride: Int, bodyStart: Int = 0
  ) -> [String] {
    let document = Document(text: text, bodyStart: bodyStart)
    let splitter = WindowSplitter(tokenizer: LetterTokenizer(), size: size, stride: stride)
    return splitter.windows(of: document).map { document.excerpt($0) }
  }

  // A word of n letters has n + 1 tokens.
  @Test("Windows hold whole sentences, and overlap by those that begin behind the stride")
  func sentences() {
    let text = "Aa bb. Cc dd. Ee ff. Gg hh."
    #expect(windows(text, size: 28, stride: 7) == [text])
    #expect(windows(text, size: 27, stride: 7) == ["Aa bb. Cc dd. Ee ff.", "Cc dd. Ee ff. Gg hh."])
    #expect(
      windows(text, size: 14, stride: 7) == ["Aa bb. Cc dd.", "Cc dd. Ee ff.", "Ee ff. Gg hh."])
    #expect(windows(text, size: 14, stride: 8) == ["Aa bb. Cc dd.", "Ee ff. Gg hh."])
    #expect(windows(text, size: 14, stride: 14) == ["Aa bb. Cc dd.", "Ee ff. Gg hh."])
    #expect(windows(text, size: 13, stride: 1) == ["Aa bb.", "Cc dd.", "Ee ff.", "Gg hh."])
  }

  @Test("No window is a part of another, though the next sentence may not fit behind it")
  func noParts() {
    #expect(
      windows("Aa. Bb. Cc. Dddddddddd.", size: 12, stride: 1) == ["Aa. Bb. Cc.", "Dddddddddd."])
  }

  @Test("A sentence longer than a window is cut between words, and a word between characters")
  func longSentences() {
    #expect(
      windows("Aaa bbb ccc ddd. Ee.", size: 9, stride: 8)
        == ["Aaa bbb", "ccc ddd.", "Ee."])
    #expect(windows("aaaabbbb", size: 5, stride: 5) == ["aaaa", "bbbb"])
    // Family and flag are one character of several scalars each.
    #expect(windows("👩‍👩‍👧🇫🇷👩‍👩‍👧🇫🇷", size: 8, stride: 8) == ["👩‍👩‍👧🇫🇷", "👩‍👩‍👧🇫🇷"])
    #expect(windows("👩‍👩‍👧🇫🇷", size: 1, stride: 1) == ["👩‍👩‍👧", "🇫🇷"])
  }

  @Test(
    "Sentences end where readers see them end",
    arguments: [
      (["One is one.", "Two is two!", "\"Is it three?\"", "(It is four.)", "Five, or six"], " "),
      (
        ["It is 3.14 by J. S. Bach, i.e. about three.", "The U.S. Army says 4, etc. as said."], " "
      ),
      (["A title line", "A paragraph\nof lines."], "\n\n"),
      (["A title line", "A paragraph of it"], "\r\n \r\n"),
      (["One is one.", "Two is two."], "\r\n"),
      (["first part .", "second one .", "third part"], " "),
      (["これは文。", "次の文も！」", "終わりです"], ""),
    ])
  func ends(sentences: [String], gap: String) {
    // Each fits by itself, and no two do.
    let size = sentences.map { LetterTokenizer().encode($0, specialTokens: .literal).count }.max()
    let text = sentences.joined(separator: gap)
    #expect(windows(text, size: size ?? 0, stride: 1) == sentences)
  }

  @Test("What stands before the body is read with each window, and counts in its size")
  func headings() {
    let text = "Ti: Aa bb. Cc dd. Ee ff."
    #expect(
      windows(text, size: 18, stride: 7, bodyStart: 4)
        == ["Ti: Aa bb. Cc dd.", "Ti: Cc dd. Ee ff."])
    #expect(windows(text, size: 25, stride: 7, bodyStart: 4) == [text])
    #expect(
      windows(text, size: 14, stride: 7, bodyStart: 4)
        == ["Ti: Aa bb.", "Ti: Cc dd.", "Ti: Ee ff."])
    // The body has half of a window, though its title takes more than that.
    #expect(windows(text, size: 7, stride: 7, bodyStart: 4).prefix(2) == ["Ti: Aa", "Ti: bb."])
  }

  @Test(
    "Windows index the text exactly, and leave out only white space",
    arguments: 0..<6 as Range<UInt64>)
  func offsets(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    let words = ["bee", "Élan", "e\u{301}te\u{301}", "👩‍👩‍👧", "🇫🇷", "naïve", "蜂。", "(x)", "Q."]
    let gaps = [" ", "  ", ". ", "! ", "\r\n", "\n\n", ".\r\n\r\n", "\t", "\u{A0}", "? \u{301}"]
    for _ in 0..<60 {
      var text = Bool.random(using: &random) ? " \r\n " : ""
      for _ in 0..<Int.random(in: 0...60, using: &random) {
        text +=
          (words.randomElement(using: &random) ?? "") + (gaps.randomElement(using: &random) ?? "")
      }
      let scalars = Array(text.unicodeScalars)
      let size = Int.random(in: 10...60, using: &random)
      let splitter = WindowSplitter(
        tokenizer: LetterTokenizer(), size: size,
        stride: Int.random(in: 1...size, using: &random))
      let document = Document(text: text)
      let windows = splitter.windows(of: document)
      #expect(!windows.isEmpty)
      for window in windows {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars[window])
        #expect(Array(document.excerpt(window).utf8) == Array(String(view).utf8))
        // This tokenizer has tokens for white space other than blanks, which is between sentences too.
        let read = String(view).split { $0.isWhitespace && $0 != " " }.joined(separator: " ")
        #expect(LetterTokenizer().encode(read, specialTokens: .literal).count <= size)
      }
      guard windows.count > 1 else { continue }
      #expect(zip(windows, windows.dropFirst()).allSatisfy { $0.lowerBound < $1.lowerBound })
      #expect(zip(windows, windows.dropFirst()).allSatisfy { $0.upperBound < $1.upperBound })
      let read = Set(windows.flatMap { Array($0) })
      let unread = scalars.indices.filter { !read.contains($0) }
      #expect(unread.allSatisfy { scalars[$0].properties.isWhitespace })
      for window in windows {
        #expect(!scalars[window.lowerBound].properties.isWhitespace)
        #expect(!scalars[window.upperBound - 1].properties.isWhitespace)
      }
    }
  }

  @Test("Texts without words are one window as they are", arguments: ["", " ", "\r\n\r\n", "é"])
  func empty(text: String) {
    let splitter = WindowSplitter(tokenizer: LetterTokenizer(), size: 4, stride: 2)
    #expect(splitter.windows(of: Document(text: text)) == [0..<text.unicodeScalars.count])
  }
}
