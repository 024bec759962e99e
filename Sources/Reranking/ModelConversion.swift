private import FoundationEssentials
package import Checkpoints
import JSON
import Kernels
package import Tokenization
import Transformers

/// A model directory written anew: safetensors in one file, without tensors that nothing reads, maybe
/// with other numbers and with a smaller vocabulary.
package struct ModelConversion: Sendable {
  /// What a model takes.
  package struct Size: Sendable, Hashable {
    package let tensors: Int
    /// Of the weights.
    package let bytes: Int
    /// Rows of the embedding table.
    package let tokens: Int
  }

  private struct Tensor {
    let stored: StoredTensor
    let name: String
    let type: ScalarType
    let isTable: Bool

    /// How many scales stand beside its numbers.
    var scaleCount: Int { type == .int8 ? stored.shape.first ?? 0 : 0 }
  }

  private let source: ModelDirectory
  private let checkpoint: any Checkpoint
  private let tensors: [Tensor]
  private let cut: VocabularyCut?

  /// Plans a conversion.
  ///
  /// - Parameters:
  ///   - source: What is converted.
  ///   - type: F32, F16 or BF16; I8: linear layers that `Precision.int8` rounds in bytes with a scale for
  ///     each row, and the rest as for nil; nil: as each tensor is stored, F64 as F32.
  ///   - kept: Tokens of the vocabulary to keep, beside those that any text or prompt needs; nil: all.
  /// - Throws: `RerankingError.unusableOptions` for a model that cannot be converted so; also whatever reading
  ///   its files throws.
  package init(
    _ source: ModelDirectory, as type: ScalarType? = nil, keeping kept: Set<TokenID>? = nil
  ) throws {
    if case .colBERT = source.architecture {
      throw RerankingError.unusableOptions(
        reason: "expected a T5 or a cross-encoder to convert, found a ColBERT in \(source.path)")
    }
    guard !source.storesBytes else {
      throw RerankingError.unusableOptions(
        reason: "expected a model in floats to convert, found one in bytes in \(source.path); "
          + "convert the model that it was made of")
    }
    self.source = source
    let checkpoint = try CheckpointDirectory.open(source.path)
    self.checkpoint = checkpoint
    cut = try kept.map { try Self.cut(of: source, keeping: $0) }
    let dropped = try Self.tiesHead(source) ? T5Model.repeatedHead(in: checkpoint) : nil
    let stored = checkpoint.tensors.filter { $0 != dropped }
    let places = Dictionary(
      stored.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    var declarations = ParameterDeclarations(for: stored)
    _ = try ModelFiles(directory: source.path).network(
      source.configuration, declaring: &declarations)
    let byteNames = type == .int8 ? declarations.byteNames : []
    guard type != .int8 || !byteNames.isEmpty else {
      throw RerankingError.unusableOptions(
        reason: "expected a model with layers that precision int8 rounds, found none in "
          + source.path)
    }
    let floatType = type == .int8 ? nil : type
    let tableRows = Self.rows(of: source)
    // The source was read with these declarations, so that each names a tensor.
    // A tensor of several parameters is declared for each, and written once.
    var seen: Set<String> = []
    tensors = declarations.declarations.filter { seen.insert($0.name).inserted }.compactMap {
      declaration in
      places[declaration.name].map { tensor in
        let usual: ScalarType = tensor.scalarType == .float64 ? .float32 : tensor.scalarType
        // transformers looks for the shared table under its own name.
        let isAlias = T5Model.tableNames.contains(tensor.name)
        return Tensor(
          stored: tensor, name: isAlias ? T5Model.tableNames[0] : tensor.name,
          type: byteNames.contains(tensor.name) ? .int8 : floatType ?? usual,
          isTable: tensor.shape.first == tableRows
            && Self.tableEndings.contains { tensor.name.hasSuffix($0) })
      }
    }
    guard cut == nil || tensors.contains(where: \.isTable) else {
      throw RerankingError.unusableOptions(
        reason: "expected an embedding table of \(tableRows) rows to cut, found none in "
          + source.path)
    }
  }

  /// The model as it is.
  package var sizeBefore: Size {
    Size(
      tensors: source.tensors.count,
      bytes: source.tensors.reduce(0) { $0 + $1.count * $1.scalarType.byteCount },
      tokens: rows)
  }

  /// The model as it will be.
  package var sizeAfter: Size {
    let bytes = tensors.reduce(0) { sum, tensor in
      let count =
        tensor.isTable ? tensor.stored.count / rows * tokenCount : tensor.stored.count
      return sum + count * tensor.type.byteCount
        + tensor.scaleCount * ScalarType.float32.byteCount
    }
    let scales = tensors.count { $0.type == .int8 }
    return Size(tensors: tensors.count + scales, bytes: bytes, tokens: tokenCount)
  }

  /// Writes the directory; it appears whole, or not at all.
  ///
  /// - Parameters:
  ///   - willWrite: Called with what is to be removed, in that order, if the process ends at once; again before each
  ///     tensor, as it changes.
  ///   - shouldStop: Asked before each tensor is read, and before it is written.
  /// - Returns: Whether the directory was written: false, and nothing is left behind, if it was to stop.
  /// - Throws: `CheckpointError.unwritable`, also where a directory that is not empty stands at the
  ///   path; `RerankingError.unusableOptions` for numbers that F16 or bytes cannot hold.
  @discardableResult
  package func write(
    to path: String, willWrite: ([String]) -> Void = { _ in }, shouldStop: () -> Bool = { false }
  ) throws -> Bool {
    let directory = try AtomicDirectory(path: path)
    func mustStop() -> Bool {
      willWrite(Self.unfinishedPaths(in: directory))
      return shouldStop()
    }
    let files = ModelDirectoryWriter(source, cut: cut)
    try files.writeCompanions(to: directory.temporaryPath)
    let type = tensors.first { $0.isTable }?.type ?? .float32
    try files.writeConfiguration(
      to: directory.temporaryPath, as: type, storesBytes: tensors.contains { $0.type == .int8 })
    var writer = SafetensorsWriter()
    for tensor in tensors {
      if mustStop() { return false }
      let (shape, floats) = try content(of: tensor)
      if tensor.type == .int8 {
        try add(tensor, floats, to: &writer)
        continue
      }
      if tensor.type == .float16 { try checkRange(floats, of: tensor.name) }
      writer.add(tensor.name, shape: shape, floats, as: tensor.type)
    }
    let weights = "\(directory.temporaryPath)/\(Self.weightsName)"
    guard try writer.write(to: weights, shouldStop: { mustStop() }), !mustStop() else {
      return false
    }
    try directory.commit()
    return true
  }

  private static let weightsName = "model.safetensors"

  /// What stands in an unfinished directory, the weights under their last name, and the directory itself.
  private static func unfinishedPaths(in directory: AtomicDirectory) -> [String] {
    let path = directory.temporaryPath
    var names = (try? FileManager.default.subpathsOfDirectory(atPath: path)) ?? []
    names.append(weightsName)
    // Backwards: what is in a folder comes before the folder.
    return names.sorted(by: >).map { "\(path)/\($0)" } + [path]
  }

  // MARK: Vocabulary

  /// How the names of tensors with a row for each token end, in the checkpoints of all families.
  private static let tableEndings =
    T5Model.tableNames + [T5Model.headName, "word_embeddings.weight", "tok_embeddings.weight"]

  private var rows: Int { Self.rows(of: source) }

  private static func rows(of source: ModelDirectory) -> Int {
    switch source.architecture {
    case .t5(let configuration): configuration.vocabularySize
    case .bert(let configuration): configuration.vocabularySize
    case .t5Classifier(let configuration): configuration.vocabularySize
    case .modernBERT(let configuration): configuration.vocabularySize
    case .deBERTa(let configuration): configuration.vocabularySize
    case .colBERT(let configuration, _): configuration.vocabularySize
    }
  }

  private var tokenCount: Int { cut?.tokens.count ?? rows }

  private static func cut(
    of source: ModelDirectory, keeping kept: Set<TokenID>
  ) throws -> VocabularyCut {
    var kept = kept.union(promptTokens(of: source))
    for (key, value) in source.configuration.object ?? JSONObject() {
      guard ModelDirectoryWriter.namesToken(key) else { continue }
      if let token = value.int.flatMap(TokenID.init(exactly:)) { kept.insert(token) }
    }
    if let tokenizer = source.tokenizer as? WordPieceTokenizer {
      return VocabularyCut(tokenizer, keeping: kept)
    }
    let path = ModelFiles(directory: source.path).path(of: "spiece.model")
    guard let extraIDs = extraIDs(of: source.tokenizer, behind: path) else {
      throw RerankingError.unusableOptions(
        reason: "expected a vocabulary in vocab.txt or spiece.model to cut, found another in "
          + source.path)
    }
    return try VocabularyCut(sentencePieceModel: path, extraIDs: extraIDs, keeping: kept)
  }

  /// How many tokens follow the pieces of a SentencePiece model; nil where a tokenizer does not number its pieces
  /// as that file does.
  private static func extraIDs(of tokenizer: any Tokenizer, behind path: String) -> Int? {
    if let tokenizer = tokenizer as? SentencePieceTokenizer { return tokenizer.extraIDs }
    // ALBERT's is read from `tokenizer.json`, and may have the file beside it.
    guard tokenizer is PipelineTokenizer,
      let pieces = try? SentencePieceTokenizer(path: path, extraIDs: 0),
      pieces.pieceCount <= tokenizer.vocabularySize,
      (0..<TokenID(pieces.pieceCount)).allSatisfy({
        pieces.piece(for: $0) == tokenizer.piece(for: $0)
      })
    else { return nil }
    return tokenizer.vocabularySize - pieces.pieceCount
  }

  /// The labels and the words of the model's prompts, as far as its vocabulary has them.
  private static func promptTokens(of source: ModelDirectory) -> Set<TokenID> {
    guard case .t5 = source.architecture else { return [] }
    var tokens = Set<TokenID>()
    for mode in Prompt.Mode.allCases {
      guard let prompt = try? source.prompt(for: mode),
        let labels = try? ResolvedLabels(prompt, tokenizer: source.tokenizer),
        let encoder = try? PromptEncoder(prompt, tokenizer: source.tokenizer)
      else { continue }
      tokens.formUnion(labels.tokens.joined())
      // What a word of the prompt becomes may depend on whether a text stands beside it.
      for text in ["", "1"] {
        let encoded = encoder.encode(text)
        let documents = Array(repeating: encoded, count: mode.documentCount)
        tokens.formUnion(encoder.encode(query: encoded, documents: documents).tokens)
      }
    }
    return tokens
  }

  // MARK: Numbers

  /// Whether transformers takes the shared table where no head is stored.
  private static func tiesHead(_ source: ModelDirectory) -> Bool {
    guard case .t5(let configuration) = source.architecture else { return false }
    return source.configuration["tie_word_embeddings"]?.bool ?? (configuration.family == .t5)
  }

  private func content(of tensor: Tensor) throws -> (shape: [Int], floats: FloatBuffer) {
    let floats = try checkpoint.floats(of: tensor.stored)
    guard tensor.isTable, let cut else { return (tensor.stored.shape, floats) }
    let columns = tensor.stored.count / rows
    let gathered = FloatBuffer(count: cut.tokens.count * columns) { gathered in
      for (row, token) in cut.tokens.enumerated() {
        // In bounds: the tokenizer's tokens are below the table's rows, as the source has checked.
        for column in 0..<columns {
          gathered[row * columns + column] = floats.pointer[Int(token) * columns + column]
        }
      }
    }
    return ([cut.tokens.count, columns], gathered)
  }

  private func add(
    _ tensor: Tensor, _ floats: FloatBuffer, to writer: inout SafetensorsWriter
  ) throws(RerankingError) {
    let shape = tensor.stored.shape
    let rounded = RoundedRows(rows: shape[0], columns: shape[1], numbers: floats.pointer)
    guard rounded.scales.allSatisfy(\.isFinite) else {
      throw .unusableOptions(
        reason: "\(tensor.name): expected finite numbers, found one that is not")
    }
    writer.add(tensor.name, shape: shape, bytes: rounded.bytes)
    // Any scale serves a row of zeros; 0 is left to mean a fault.
    writer.add(
      tensor.name + ByteWeight.scaleSuffix, shape: [shape[0], 1],
      rounded.scales.map { $0 == 0 ? 1 : $0 })
  }

  private func checkRange(
    _ floats: FloatBuffer, of name: String
  ) throws(RerankingError) {
    let values = UnsafeBufferPointer(start: floats.pointer, count: floats.count)
    // From here on a number rounds to infinity.
    guard let large = values.first(where: { $0.isFinite && $0.magnitude >= 65_520 }) else { return }
    throw .unusableOptions(
      reason: "\(name): expected numbers that F16 can hold, found \(large); BF16 can")
  }
}
