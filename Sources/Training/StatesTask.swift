import Kernels
import RankingCore
import Reranking
import Retrieval
import Tokenization
import TrainingData
import Transformers

/// Teaches the encoder to give the states that a teacher gives to the same tokens.
///
/// The teacher reads the model's own tokens, each as its token of the same spelling (a T5's `▁word` is
/// `word`, its `ing` is `##ing`), and as one text. Tokens that it lacks are `[UNK]` to it, and are not
/// compared. Neither is the `[CLS]` of a BERT, which its classifier has other uses for; a T5 has none,
/// and the teacher is given one.
///
/// The loss of a text, by the recipe's weights (1, a half and a quarter if it names none): the mean over its
/// tokens of 1 − cosine, 1 − cosine of the means over its tokens, and the squared difference relative to the
/// teacher's squares; and for each further pair of layers a fifth of its tokens' part: of a T5, whose blocks
/// give states without a norm, after gains that are learnt with the model.
///
/// Source: Sanh et al. 2019 (DistilBERT, arXiv 1910.01108); Jiao et al. 2020 (TinyBERT, arXiv 1909.10351).
struct StatesTask: Sendable {
  static let layerWeight = 0.2

  let recipe: TaskRecipe
  private let teacher: BERTEncoder
  private let teacherParameters: Parameters
  /// By the model's token; −1 where the teacher lacks it.
  private let tokenMap: [TokenID]
  private let start: TokenID
  private let unknown: TokenID
  private let tokenizer: any Tokenizer
  private let reader: Reader

  /// How the model reads a text alone, and one beside a query.
  private enum Reader: Sendable {
    case prompts([PromptEncoder], end: TokenID)
    case pairs([PairEncoder], start: TokenID, end: TokenID)

    /// Whether sequences begin with the model's own `[CLS]`.
    var marksStart: Bool {
      switch self {
      case .prompts: false
      case .pairs: true
      }
    }
  }

  /// The name of the gains that a block's states are compared after.
  static func gainName(block: Int) -> String { "distillation.block.\(block).gain" }

  init(_ recipe: TaskRecipe, for directory: ModelDirectory) throws {
    guard let path = recipe.teacherModel else {
      throw TrainingError.unusableRecipe("states: expected teacher_model, found none")
    }
    let (width, blocks) = try Self.sizes(of: directory)
    let encoder = try BiEncoder(path: path)
    guard encoder.network.configuration.width == width else {
      throw TrainingError.unusableRecipe(
        "states: expected a teacher of width \(width), the model's, found "
          + "\(encoder.network.configuration.width) in \(path)")
    }
    let positions = encoder.network.configuration.maximumPositions
    if case .bert(let own) = directory.architecture {
      try recipe.checkBudgets(within: own.maximumPositions, of: directory.path)
      try recipe.checkBudgets(within: positions, of: path)
    } else {
      // The teacher is given a [CLS] more.
      try recipe.checkBudgets(within: positions - 1, of: path)
    }
    for pair in recipe.layers {
      guard (1...blocks).contains(pair.block),
        (1...encoder.network.configuration.layers).contains(pair.layer)
      else {
        throw TrainingError.unusableRecipe(
          "states: expected blocks up to \(blocks) and layers up to "
            + "\(encoder.network.configuration.layers), found \(pair.block) and \(pair.layer)")
      }
    }
    let words = encoder.tokenizer
    guard let start = words.token(for: "[CLS]"), let end = words.token(for: "[SEP]"),
      let unknown = words.token(for: "[UNK]")
    else {
      throw TrainingError.unusableRecipe(
        "states: expected [CLS], [SEP] and [UNK] of the teacher, found not all in \(path)")
    }
    self.recipe = recipe
    self.teacher = encoder.network
    self.teacherParameters = encoder.engine.parameters
    self.start = start
    self.unknown = unknown
    tokenizer = directory.tokenizer
    reader = try Self.reader(recipe, for: directory)
    switch reader {
    case .prompts(_, let endOfSequence):
      tokenMap = (0..<Int32(clamping: tokenizer.vocabularySize)).map { [tokenizer] token in
        let piece = tokenizer.piece(for: token) ?? ""
        let spelling = piece.hasPrefix("▁") ? String(piece.dropFirst()) : "##" + piece
        return token == endOfSequence ? end : words.token(for: spelling) ?? -1
      }
    case .pairs:
      tokenMap = (0..<Int32(clamping: tokenizer.vocabularySize)).map { [tokenizer] token in
        tokenizer.piece(for: token).flatMap { words.token(for: $0) } ?? -1
      }
    }
  }

  /// The encoder's width and number of blocks.
  private static func sizes(of directory: ModelDirectory) throws -> (width: Int, blocks: Int) {
    switch directory.architecture {
    case .t5(let configuration): (configuration.width, configuration.encoderLayers)
    case .bert(let configuration): (configuration.width, configuration.layers)
    default:
      throw TrainingError.unusableRecipe(
        "states: expected a T5 or a BERT as the model, found another in \(directory.path)")
    }
  }

  private static func reader(_ recipe: TaskRecipe, for directory: ModelDirectory) throws -> Reader {
    let tokenizer = directory.tokenizer
    func token(_ name: String) throws -> TokenID {
      guard let token = tokenizer.token(for: name) else {
        throw TrainingError.unusableRecipe(
          "states: expected \(name) in the model's vocabulary, found none in \(directory.path)")
      }
      return token
    }
    if case .bert = directory.architecture {
      let template = try directory.pairTemplate()
      return .pairs(
        try recipe.maximumTokens.map {
          try PairEncoder(
            tokenizer: tokenizer, template: template, maximumTokens: $0, truncation: .document)
        }, start: try token("[CLS]"), end: try token("[SEP]"))
    }
    guard let prompt = try recipe.wording(for: directory) else {
      preconditionFailure("a T5 is asked with a prompt")
    }
    return .prompts(
      try recipe.maximumTokens.map {
        try PromptEncoder(prompt, tokenizer: tokenizer, maximumTokens: $0)
      }, end: try token("</s>"))
  }

  /// A text of a list: half of the time alone, else beside its query as in ranking.
  func unit(of list: TrainingExample, using random: inout SplitMix64) -> RankingTask.Unit? {
    let passages = list.passages
    guard !passages.isEmpty else { return nil }
    let document = passages[Int(random.next(upperBound: UInt64(passages.count)))].text
    let budget = Int(random.next(upperBound: UInt64(recipe.maximumTokens.count)))
    let isAlone = random.next(upperBound: UInt64(2)) == 0
    return RankingTask.Unit(
      inputs: [input(document, query: isAlone ? nil : list.query, budget: budget)], groups: [])
  }

  private func input(_ document: String, query: String?, budget: Int) -> RankingTask.Input {
    switch reader {
    case .prompts(let encoders, let end):
      let encoder = encoders[budget]
      let tokens =
        if let query {
          encoder.encode(query: encoder.encode(query), documents: [encoder.encode(document)]).tokens
        } else {
          Array(tokenizer.encode(document).prefix(encoder.maximumTokens - 1)) + [end]
        }
      return RankingTask.Input(tokens: tokens, types: [])
    case .pairs(let encoders, let start, let end):
      let encoder = encoders[budget]
      guard let query else {
        let tokens =
          [start] + Array(tokenizer.encode(document).prefix(encoder.maximumTokens - 2)) + [end]
        return RankingTask.Input(tokens: tokens, types: tokens.map { _ in 0 })
      }
      let first = encoder.encode(query: query)
      let pair = encoder.encode(
        query: first, document: encoder.encode(document: document, for: first))
      return RankingTask.Input(tokens: pair.tokens, types: pair.types)
    }
  }

  /// A backend for the teacher; one a thread.
  func backend(_ precision: Precision) -> InferenceBackend {
    InferenceBackend(parameters: teacherParameters, precision: precision)
  }

  /// The teacher's states of a batch of the model's tokens.
  struct Wanted {
    /// By layer, `[the teacher's tokens, width]`.
    let layers: [Int: Matrix]
    /// Of the teacher's sequences.
    let offsets: [Int]
    /// The teacher's row of each token of the model's batch; −1 where the two are not compared.
    let rows: [Int]

    /// The teacher's rows of a text.
    func rows(of text: Int) -> Range<Int> { offsets[text]..<offsets[text + 1] }
  }

  func wanted(for batch: PackedBatch, on backend: inout InferenceBackend) -> Wanted {
    var sequences: [[TokenID]] = []
    var rows: [Int] = []
    var row = 0
    for (from, to) in zip(batch.offsets, batch.offsets.dropFirst()) {
      let tokens = batch.tokens[from..<to].map { tokenMap[Int($0)] }
      let read = tokens.map { $0 >= 0 ? $0 : unknown }
      sequences.append(reader.marksStart ? read : [start] + read)
      if !reader.marksStart { row += 1 }
      for (place, token) in tokens.enumerated() {
        rows.append(token < 0 || (reader.marksStart && place == 0) ? -1 : row + place)
      }
      row += tokens.count
    }
    let packed = PackedBatch(sequences)
    var layers: [Int: Matrix] = [:]
    let asked = Set(recipe.layers.map(\.layer))
    let last = teacher.encode(
      packed, types: Array(repeating: 0, count: packed.tokens.count), on: &backend
    ) { layer, states in
      if asked.contains(layer) { layers[layer] = states }
    }
    layers[teacher.configuration.layers] = last
    return Wanted(layers: layers, offsets: packed.offsets, rows: rows)
  }

  /// The teacher's last layer.
  var lastLayer: Int { teacher.configuration.layers }
}
