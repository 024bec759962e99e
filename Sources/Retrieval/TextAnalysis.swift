/// How a text becomes the terms that are counted.
///
/// A word is a run of letters, marks and digits (Unicode's categories L, M and N), in lower case; an
/// apostrophe between two letters belongs to it, and a final 's is dropped. Each ideograph and each
/// Hiragana letter is a word by itself. Stop words are left out, then words are stemmed.
///
/// The defaults are those of Lucene's EnglishAnalyzer, because the BM25 figures that papers report
/// (Anserini, Pyserini, BEIR) are made with it.
public struct TextAnalysis: Sendable, Hashable {
  /// Words that are left out.
  public enum StopWords: String, Sendable, Hashable, CaseIterable {
    /// Lucene's 33 English stop words.
    case english
    /// Every word counts.
    case none
  }

  /// What makes words of one stem equal.
  public enum Stemmer: String, Sendable, Hashable, CaseIterable {
    /// The original Porter stemmer, as in Lucene; words with letters outside a–z stay as they are.
    case porter
    /// Words stay as they are.
    case none
  }

  /// Words that are left out.
  public var stopWords: StopWords
  /// What makes words of one stem equal.
  public var stemmer: Stemmer

  /// Lucene's English analysis, unless told otherwise.
  public init(stopWords: StopWords = .english, stemmer: Stemmer = .porter) {
    self.stopWords = stopWords
    self.stemmer = stemmer
  }

  /// The terms of a text, in order.
  public func terms(of text: String) -> [String] {
    var terms: [String] = []
    WordScanner.forEachWord(in: text) { word in
      if let term = term(of: word) { terms.append(String(decoding: term, as: UTF8.self)) }
    }
    return terms
  }

  /// The term that a word counts as; nil for a stop word.
  func term(of word: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
    var term = Array(word)
    if stopWords == .english, Self.englishStopWords.contains(term) { return nil }
    if stemmer == .porter, term.allSatisfy({ $0 < 0x80 }) { PorterStemmer.stem(&term) }
    return term
  }

  /// `EnglishAnalyzer.ENGLISH_STOP_WORDS_SET` of Lucene.
  private static let englishStopWords = Set(
    """
    a an and are as at be but by for if in into is it no not of on or such that the their then there \
    these they this to was will with
    """.split(separator: " ").map { Array($0.utf8) })
}
