import Synchronization

/// Encodes as Hugging Face's T5 tokenizer does, which makes control tokens of text that spells them.
///
/// Its steps differ from SentencePiece's own: special tokens are cut out of the raw text; each
/// stretch between them is normalised grapheme by grapheme, stripped on its right and prefixed with
/// `▁`; each word is split alone; and the control pieces are ordinary pieces of that last step (so
/// a `＜/s＞` that normalisation turns into `</s>` becomes a control token, too). libsentencepiece
/// does that last step, with a copy of the model changed to know those pieces and normalise nothing.
///
/// transformers 5.23 does not follow a T5's `tokenizer.json` in full: there, U+0085 separates words,
/// too.
///
/// Source: tokenizer.json of weights/t5rank-mini, and its reader in huggingface/tokenizers 0.23.
final class RecognizingEncoder: Sendable {
  private let file: SentencePieceModelFile
  private let extraIDs: Int
  private let path: String
  private let table: NormalizationTable
  private let matcher: SpecialTokenMatcher
  /// The changed model, loaded at first use: the default policy never needs it.
  private let splitter = Mutex<Splitter?>(nil)

  init(
    file: SentencePieceModelFile, extraIDs: Int, specialTokens: [SpecialToken], path: String
  ) {
    self.file = file
    self.extraIDs = extraIDs
    self.path = path
    table = file.normalizationTable
    matcher = SpecialTokenMatcher(specialTokens)
  }

  /// The tokens of a text in UTF-8.
  func encode(_ text: UnsafeBufferPointer<UInt8>) -> [TokenID] {
    let splitter = loadedSplitter()
    var tokens: [TokenID] = []
    for segment in matcher.segments(of: text) {
      switch segment {
      case .special(let id): tokens.append(id)
      case .text(let range):
        let words = metaspaced(table.normalized(String(decoding: text[range], as: UTF8.self)))
        splitter.split(words, into: &tokens)
      }
    }
    return tokens
  }

  private func loadedSplitter() -> Splitter {
    splitter.withLock { splitter in
      if let splitter { return splitter }
      let loaded = Splitter(file: file, extraIDs: extraIDs, path: path)
      splitter = loaded
      return loaded
    }
  }

  /// A normalised stretch with `▁` for spaces and before its first word; runs of spaces are one.
  private func metaspaced(_ text: [UInt8]) -> [UInt8] {
    let scalars = String(decoding: text, as: UTF8.self).unicodeScalars
    guard let last = scalars.lastIndex(where: { !$0.properties.isWhitespace }) else { return [] }
    var result: [UInt8] = []
    result.reserveCapacity(text.count + 3)
    var followsSpace = false
    for byte in scalars[...last].lazy.flatMap({
      UTF8.encode($0) ?? UTF8.encodedReplacementCharacter
    }) {
      if byte != 0x20 {
        result.append(byte)
      } else if !followsSpace {
        result.append(contentsOf: Self.metaspace)
      }
      followsSpace = byte == 0x20
    }
    return result.starts(with: Self.metaspace) ? result : Self.metaspace + result
  }

  /// `▁`, U+2581.
  static let metaspace: [UInt8] = [0xE2, 0x96, 0x81]
}

/// Splits words into pieces, control pieces and extra ids among them.
///
/// `@unchecked Sendable` for the same reason as `SentencePieceTokenizer`.
private final class Splitter: @unchecked Sendable {
  private let handle: SentencePieceHandle
  private let unknownID: TokenID
  private let spelledUnknownID: TokenID

  init(file: SentencePieceModelFile, extraIDs: Int, path: String) {
    unknownID = TokenID(file.unknownID)
    spelledUnknownID = TokenID(file.pieces.count + extraIDs)
    do {
      handle = try SentencePieceHandle(file.withSpellableControls(extraIDs: extraIDs), path: path)
    } catch {
      // The original loaded, and the changes are ours.
      fatalError("the changed SentencePiece model does not load: \(error)")
    }
  }

  /// Splits each `▁word` of a text alone, as its pieces must not reach over a `▁`.
  func split(_ text: [UInt8], into tokens: inout [TokenID]) {
    text.withUnsafeBufferPointer { text in
      var start = 0
      var position = 0
      while start < text.count {
        position += 1
        let atMetaspace =
          position + 2 < text.count && text[position] == RecognizingEncoder.metaspace[0]
          && text[position + 1] == RecognizingEncoder.metaspace[1]
          && text[position + 2] == RecognizingEncoder.metaspace[2]
        guard atMetaspace || position >= text.count else { continue }
        // start < position ≤ text.count.
        splitWord(UnsafeBufferPointer(rebasing: text[start..<position]), into: &tokens)
        start = position
      }
    }
  }

  private func splitWord(_ word: UnsafeBufferPointer<UInt8>, into tokens: inout [TokenID]) {
    var pieces: [TokenID] = []
    handle.encode(word, into: &pieces)
    var followsUnknown = false
    for piece in pieces {
      let isUnknown = piece == unknownID || piece == spelledUnknownID
      if !isUnknown {
        tokens.append(piece)
      } else if !followsUnknown {
        tokens.append(unknownID)
      }
      followsUnknown = isUnknown
    }
  }
}

extension SentencePieceModelFile {
  /// The model with its control and unknown pieces and the extra ids as ordinary pieces, and
  /// without normalisation.
  ///
  /// Ids stay, the extra ids follow the pieces, and the unknown piece's text follows those.
  func withSpellableControls(extraIDs: Int) -> [UInt8] {
    var out = ProtobufWriter()
    // Only its type matters for the unknown piece, but its text must be free for an ordinary piece.
    var unknownText = Array("<unknown>".utf8)
    while pieces.contains(where: { $0.text == unknownText }) {
      unknownText.append(UInt8(ascii: ">"))
    }
    for piece in pieces {
      switch piece.type {
      case .unknown: out.append(unknownText, score: piece.score, piece.type)
      case .control: out.append(piece.text, score: piece.score, .normal)
      default: out.append(piece.text, score: piece.score, piece.type)
      }
    }
    for number in (0..<extraIDs).reversed() {
      out.append(Array("<extra_id_\(number)>".utf8), score: 0, .normal)
    }
    out.append(pieces[unknownID].text, score: pieces[unknownID].score, .normal)
    if let trainerSettings { out.write(bytes[trainerSettings], in: 2) }
    // add_dummy_prefix, remove_extra_whitespaces and escape_whitespaces, each false.
    out.write([3 << 3, 0, 4 << 3, 0, 5 << 3, 0], in: 3)
    return out.bytes
  }
}

extension ProtobufWriter {
  /// Writes a piece of the vocabulary.
  fileprivate mutating func append(
    _ text: [UInt8], score: Float, _ type: SentencePieceModelFile.PieceType
  ) {
    var piece = ProtobufWriter()
    piece.write(text, in: 1)
    piece.write(score, in: 2)
    piece.write(type.rawValue, in: 3)
    write(piece.bytes, in: 1)
  }
}
