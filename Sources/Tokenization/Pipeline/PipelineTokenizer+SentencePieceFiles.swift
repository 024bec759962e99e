extension PipelineTokenizer {
  /// A tokenizer of a SentencePiece file, with the tokens of the `tokenizer.json` that transformers makes
  /// of it.
  ///
  /// - Parameter path: The file; a DeBERTa's `tokenizer_config.json` beside it is read, too.
  /// - Throws: `TokenizerError`, also for a file that is no Unigram model, or has other control pieces
  ///   than the family's.
  public init(pieces path: String, of family: SentencePieceFamily) throws {
    let bytes = try TokenizerFile.bytes(
      of: path, expected: "a SentencePiece model", limit: SentencePieceModelFile.maximumByteCount)
    let file = try SentencePieceModelFile(bytes, path: path)
    guard file.modelType == SentencePieceModelFile.unigram else {
      throw TokenizerError.malformed(
        path: path, reason: "expected a Unigram model (type 1), found type \(file.modelType)")
    }
    // As many are left out, unread.
    let opening = file.pieces.prefix(family.omitted)
    guard family == .deBERTa || file.unknownID < family.omitted,
      opening.allSatisfy({ $0.type == .control || $0.type == .unknown })
    else {
      let found = opening.map { String(decoding: $0.text, as: UTF8.self) }
      throw TokenizerError.malformed(
        path: path,
        reason: "expected the unknown piece and control pieces as the first \(family.omitted), "
          + "found \(found.joined(separator: ", "))")
    }
    let (model, table) = try Self.model(of: file, family, path: path)
    let folder = path.split(separator: "/", omittingEmptySubsequences: false).dropLast()
    let rules = try Self.rules(
      file.normalizationTable, family, directory: folder.joined(separator: "/"))
    let added = try Self.addedTokens(of: file, family, among: table, path: path)
    guard let start = added.first(where: { $0.token.text == family.controls[0] })?.token.id,
      let end = added.first(where: { $0.token.text == family.controls[2] })?.token.id
    else {
      throw TokenizerError.malformed(
        path: path,
        reason: "expected the pieces \(family.controls[0]) and \(family.controls[2]), "
          + "found not both")
    }
    self.init(
      Parts(
        normalizer: rules.normalizer, preTokenizer: rules.preTokenizer, model: model,
        addedTokens: added, decoder: .metaspace(Self.metaspace)),
      template: family == .deBERTa
        ? .bert(start: start, end: end) : .roberta(start: start, end: end))
  }

  private static let metaspace = Metaspace(
    sign: RecognizingEncoder.metaspace, prefix: .always, splits: true)

  /// The pieces as the family numbers them.
  private static func model(
    of file: SentencePieceModelFile, _ family: SentencePieceFamily, path: String
  ) throws -> (model: UnigramModel, pieces: PieceTable) {
    let filed = file.pieces.dropFirst(family.omitted).map {
      (piece: String(decoding: $0.text, as: UTF8.self), score: Double($0.score))
    }
    // fairseq has its mask among the pieces; DeBERTa's is added.
    let mask = family == .deBERTa ? [] : [(piece: family.controls[4], score: 0.0)]
    let numbered = family.leading + filed + mask
    var table = PieceTable()
    for (token, entry) in numbered.enumerated() {
      guard let flaw = table.insert(entry.piece, token: token) else { continue }
      throw TokenizerError.malformed(
        path: path,
        reason: "piece \(entry.piece.debugDescription): expected \(flaw.expected), "
          + "found \(flaw.found)")
    }
    let unknown = family == .deBERTa ? TokenID(file.unknownID) : unknownAfterControls
    let model = UnigramModel(
      table, scores: numbered.map(\.score), unknown: unknown, fallsBackToBytes: false)
    return (model, table)
  }

  /// `<unk>` among fairseq's control pieces.
  private static let unknownAfterControls: TokenID = 3

  /// The control tokens, and what the file's author declared to be one piece wherever it stands.
  private static func addedTokens(
    of file: SentencePieceModelFile, _ family: SentencePieceFamily, among pieces: PieceTable,
    path: String
  ) throws -> [AddedToken] {
    var added: [AddedToken] = []
    func add(_ text: String, id: TokenID, isControl: Bool) {
      guard !added.contains(where: { $0.token.id == id }) else { return }
      var token = SpecialToken(text, id: id, stripsLeft: text == "<mask>")
      token.isControl = isControl
      added.append(AddedToken(token: token, isNormalized: false))
    }
    for name in family.leading.map(\.piece) + family.controls {
      guard let id = pieces.token(for: name) else {
        // What stands after all pieces.
        if name == family.controls[4] { add(name, id: TokenID(pieces.count), isControl: true) }
        continue
      }
      add(name, id: id, isControl: true)
    }
    for piece in file.pieces.dropFirst(family.omitted) {
      let text = String(decoding: piece.text, as: UTF8.self)
      guard piece.type == .control || piece.type == .userDefined,
        let id = pieces.token(for: text)
      else { continue }
      add(text, id: id, isControl: piece.type == .control)
    }
    return added
  }

  /// What is done to a text before its words are looked up.
  private static func rules(
    _ table: NormalizationTable, _ family: SentencePieceFamily, directory: String
  ) throws -> (normalizer: TextNormalizer, preTokenizer: PreTokenizer) {
    guard family == .deBERTa else {
      return (.precompiled(table), .sequence([.whitespace, .metaspace(metaspace)]))
    }
    let lowercases = try setting("do_lower_case", directory: directory)
    let splitsSigns = try setting("split_by_punct", directory: directory)
    let steps: [TextNormalizer] = [
      .strip(left: true, right: true), .precompiled(table), .replace(.spaceRuns, with: [0x20]),
    ]
    return (
      .sequence((lowercases ? [.lowercase] : []) + steps),
      .sequence((splitsSigns ? [.punctuation(.isolated)] : []) + [.metaspace(metaspace)])
    )
  }
}
