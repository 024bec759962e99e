/// The structure of a `spiece.model`, checked before libsentencepiece sees it.
///
/// libsentencepiece 0.1.97 trusts its model: a malformed one can abort the process or read out of
/// bounds (CVE-2026-1260). What is checked here: the protocol buffer's structure, the pieces
/// (non-empty, unique, UTF-8, finite scores, known types, exactly one unknown piece), no self-test
/// data (the library would encode it while loading), and the normalisation tables, way by way.
///
/// Source: sentencepiece_model.proto of google/sentencepiece.
struct SentencePieceModelFile {
  /// What a piece is for, as numbered in the format.
  enum PieceType: UInt64 {
    case normal = 1
    case unknown, control, userDefined, unused, byte
  }

  /// One piece of the vocabulary.
  struct Piece {
    let text: [UInt8]
    let score: Float
    let type: PieceType
  }

  /// The largest file accepted; T5's has 0.8 MB, mT5's 4.3 MB.
  static let maximumByteCount = 64 << 20
  /// The most pieces accepted; UMT5 has 256,000.
  static let maximumPieceCount = 1_000_000

  /// The whole file, as libsentencepiece reads it.
  let bytes: [UInt8]
  let pieces: [Piece]
  let unknownID: Int
  let normalizationTable: NormalizationTable
  /// Where the trainer's settings lie in `bytes`; nil if the model has none.
  let trainerSettings: Range<Int>?
  /// What kind of model it is, as numbered in the format.
  let modelType: UInt64

  /// The `modelType` of a model that weighs pieces by their likelihood.
  static let unigram: UInt64 = 1

  /// Checks a model.
  ///
  /// - Parameter path: Only named in errors.
  /// - Throws: `TokenizerError.malformed`.
  init(_ bytes: [UInt8], path: String) throws {
    guard bytes.count <= Self.maximumByteCount else {
      throw TokenizerError.malformed(
        path: path,
        reason: "expected at most \(Self.maximumByteCount) bytes, found \(bytes.count)")
    }
    do {
      var walk = Walk(bytes: bytes)
      try walk.run()
      self.bytes = bytes
      pieces = walk.pieces
      unknownID = walk.unknownID
      normalizationTable = walk.normalizationTable
      trainerSettings = walk.trainerSettings
      modelType = walk.modelType
    } catch {
      throw TokenizerError.malformed(
        path: path, reason: "not a SentencePiece model: \(error.reason) at byte \(error.offset)")
    }
  }
}

extension SentencePieceModelFile {
  private struct Walk {
    let bytes: [UInt8]
    var pieces: [Piece] = []
    var unknownID = -1
    var normalizationTable = NormalizationTable()
    private var hasTable = false
    var trainerSettings: Range<Int>?
    var modelType = SentencePieceModelFile.unigram
    /// By hash, whose seed no file can know: of two texts with one hash the first would be forgotten.
    private var ids: [Int: Int] = [:]

    init(bytes: [UInt8]) {
      self.bytes = bytes
      // A piece takes about 25 bytes.
      ids.reserveCapacity(bytes.count / 24)
      pieces.reserveCapacity(bytes.count / 24)
    }

    mutating func run() throws(ProtobufReader.Malformed) {
      var reader = ProtobufReader(bytes, in: 0..<bytes.count)
      while let field = try reader.next() {
        switch (field.number, field.value) {
        case (1, .bytes(let range)): try addPiece(range)
        case (2, .bytes(let range)):
          guard trainerSettings == nil else {
            throw malformed("expected one set of trainer settings, found two", range)
          }
          try readTrainer(range)
          trainerSettings = range
        case (3, .bytes(let range)): try readNormalizer(range)
        case (4, .bytes(let range)):
          guard range.isEmpty else {
            throw malformed("expected no self-test data, found \(range.count) bytes", range)
          }
        case (5, .bytes(let range)): try readDenormalizer(range)
        case (1...5, _):
          throw ProtobufReader.Malformed(
            reason: "expected a message in field \(field.number), found a number", offset: 0)
        default: break
        }
      }
      guard !pieces.isEmpty else {
        throw ProtobufReader.Malformed(reason: "expected pieces, found none", offset: bytes.count)
      }
      guard unknownID >= 0 else {
        throw ProtobufReader.Malformed(
          reason: "expected one unknown piece, found none", offset: bytes.count)
      }
    }

    private mutating func addPiece(_ range: Range<Int>) throws(ProtobufReader.Malformed) {
      guard pieces.count < SentencePieceModelFile.maximumPieceCount else {
        throw malformed("expected at most \(maximumPieceCount) pieces", range)
      }
      var text: [UInt8] = []
      var score: Float = 0
      var type = PieceType.normal
      var reader = ProtobufReader(bytes, in: range)
      while let field = try reader.next() {
        switch (field.number, field.value) {
        case (1, .bytes(let range)): text = Array(bytes[range])
        case (2, .fixed32(let bits)): score = Float(bitPattern: bits)
        case (3, .varint(let number)):
          guard let known = PieceType(rawValue: number) else {
            throw malformed("expected a piece type in 1...6, found \(number)", range)
          }
          type = known
        case (1...3, _): throw malformed("expected a text, a score and a type in a piece", range)
        default: break
        }
      }
      let id = pieces.count
      guard !text.isEmpty else { throw malformed("expected a text in piece \(id)", range) }
      guard String(validating: text, as: UTF8.self) != nil, !text.contains(0) else {
        throw malformed("expected UTF-8 without NUL in piece \(id)", range)
      }
      guard score.isFinite else {
        throw malformed("expected a finite score in piece \(id), found \(score)", range)
      }
      if let first = ids.updateValue(id, forKey: Self.hash(of: text)), pieces[first].text == text {
        throw malformed("expected unique pieces, found piece \(id) to equal piece \(first)", range)
      }
      if type == .unknown {
        guard unknownID < 0 else {
          throw malformed("expected one unknown piece, found \(unknownID) and \(id)", range)
        }
        unknownID = id
      }
      pieces.append(Piece(text: text, score: score, type: type))
    }

    private static func hash(of text: [UInt8]) -> Int {
      var hasher = Hasher()
      text.withUnsafeBytes { hasher.combine(bytes: $0) }
      return hasher.finalize()
    }

    private mutating func readNormalizer(_ range: Range<Int>) throws(ProtobufReader.Malformed) {
      var reader = ProtobufReader(bytes, in: range)
      while let field = try reader.next() {
        guard field.number == 2 else { continue }
        guard case .bytes(let table) = field.value else {
          throw malformed("expected bytes as the normalisation table, found a number", range)
        }
        guard !hasTable else {
          throw malformed("expected one normalisation table, found two", table)
        }
        normalizationTable = try NormalizationTable(bytes, in: table)
        hasTable = true
      }
    }

    private func readDenormalizer(_ range: Range<Int>) throws(ProtobufReader.Malformed) {
      var reader = ProtobufReader(bytes, in: range)
      while let field = try reader.next() {
        guard field.number == 2, case .bytes(let table) = field.value else { continue }
        _ = try NormalizationTable(bytes, in: table)
      }
    }

    private mutating func readTrainer(_ range: Range<Int>) throws(ProtobufReader.Malformed) {
      var reader = ProtobufReader(bytes, in: range)
      while let field = try reader.next() {
        if field.number == 3, case .varint(let number) = field.value { modelType = number }
      }
    }

    private func malformed(_ reason: String, _ range: Range<Int>) -> ProtobufReader.Malformed {
      ProtobufReader.Malformed(reason: reason, offset: range.lowerBound)
    }
  }
}
