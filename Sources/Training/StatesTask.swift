import Kernels
import RankingCore
import Reranking
import Retrieval
import Tokenization
import TrainingData
import Transformers

/// Teaches the encoder to give the states that a teacher gives to the same tokens.
///
/// The teacher reads the model's own pieces, each as its token of the same spelling (`▁word` is `word`,
/// `ing` is `##ing`), behind `[CLS]`. Pieces that it lacks are `[UNK]` to it, and are not compared.
///
/// The loss of a text: the mean over its tokens of 1 − cosine, half of 1 − cosine of the means over
/// its tokens, a quarter of the squared difference relative to the teacher's squares, and for each
/// further pair of layers a fifth of 1 − cosine, after gains that are learnt with the model.
///
/// Source: Sanh et al. 2019 (DistilBERT, arXiv 1910.01108); Jiao et al. 2020 (TinyBERT, arXiv 1909.10351).
struct StatesTask: Sendable {
  static let pooledWeight: Float = 0.5
  static let squaredWeight: Float = 0.25
  static let layerWeight: Float = 0.2

  let recipe: TaskRecipe
  private let teacher: BERTEncoder
  private let teacherParameters: Parameters
  /// By the model's token; −1 where the teacher lacks it.
  private let tokenMap: [TokenID]
  private let start: TokenID
  private let unknown: TokenID
  private let encoders: [PromptEncoder]
  private let tokenizer: any Tokenizer
  private let endOfSequence: TokenID

  /// The name of the gains that a block's states are compared after.
  static func gainName(block: Int) -> String { "distillation.block.\(block).gain" }

  init(_ recipe: TaskRecipe, for directory: ModelDirectory) throws {
    guard let path = recipe.teacherModel else {
      throw TrainingError.unusableRecipe("states: expected teacher_model, found none")
    }
    guard case .t5(let configuration) = directory.architecture else {
      throw TrainingError.unusableRecipe(
        "states: expected a T5 as the model, found a BERT in \(directory.path)")
    }
    let encoder = try BiEncoder(path: path)
    guard encoder.network.configuration.width == configuration.width else {
      throw TrainingError.unusableRecipe(
        "states: expected a teacher of width \(configuration.width), the model's, found "
          + "\(encoder.network.configuration.width) in \(path)")
    }
    for pair in recipe.layers {
      guard (1...configuration.encoderLayers).contains(pair.block),
        (1...encoder.network.configuration.layers).contains(pair.layer)
      else {
        throw TrainingError.unusableRecipe(
          "states: expected blocks up to \(configuration.encoderLayers) and layers up to "
            + "\(encoder.network.configuration.layers), found \(pair.block) and \(pair.layer)")
      }
    }
    let words = encoder.tokenizer
    let tokenizer = directory.tokenizer
    guard let start = words.token(for: "[CLS]"), let end = words.token(for: "[SEP]"),
      let unknown = words.token(for: "[UNK]"), let endOfSequence = tokenizer.token(for: "</s>")
    else {
      throw TrainingError.unusableRecipe(
        "states: expected [CLS], [SEP] and [UNK] of the teacher and </s> of the model, "
          + "found not all")
    }
    var map: [TokenID] = []
    for token in 0..<Int32(clamping: tokenizer.vocabularySize) {
      let piece = tokenizer.piece(for: token) ?? ""
      if token == endOfSequence {
        map.append(end)
      } else if piece.hasPrefix("▁") {
        map.append(words.token(for: String(piece.dropFirst())) ?? -1)
      } else {
        map.append(words.token(for: "##" + piece) ?? -1)
      }
    }
    self.recipe = recipe
    self.teacher = encoder.network
    self.teacherParameters = encoder.engine.parameters
    self.start = start
    self.unknown = unknown
    self.tokenMap = map
    self.tokenizer = tokenizer
    self.endOfSequence = endOfSequence
    var options = RerankerOptions()
    options.prompts = recipe.prompt.map { [$0] } ?? []
    let prompt = try directory.prompt(for: .mono, options: options)
    encoders = try recipe.maximumTokens.map {
      try PromptEncoder(prompt, tokenizer: tokenizer, maximumTokens: $0)
    }
  }

  /// A text of a list: half of the time as it is, else in the prompt.
  func unit(of list: TrainingExample, using random: inout SplitMix64) -> RankingTask.Unit? {
    let passages = list.passages
    guard !passages.isEmpty else { return nil }
    let document = passages[Int(random.next(upperBound: UInt64(passages.count)))].text
    let encoder = encoders[Int(random.next(upperBound: UInt64(encoders.count)))]
    let isBare = random.next(upperBound: UInt64(2)) == 0
    let tokens =
      isBare
      ? Array(tokenizer.encode(document).prefix(encoder.maximumTokens - 1)) + [endOfSequence]
      : encoder.encode(query: encoder.encode(list.query), documents: [encoder.encode(document)])
        .tokens
    return RankingTask.Unit(
      inputs: [RankingTask.Input(tokens: tokens, types: [])], groups: [])
  }

  /// A backend for the teacher; one a thread.
  func backend(_ precision: Precision) -> InferenceBackend {
    InferenceBackend(parameters: teacherParameters, precision: precision)
  }

  /// The teacher's states of a batch of the model's tokens.
  struct Wanted {
    /// By layer, `[tokens + sequences, width]`: each sequence begins with `[CLS]`.
    let layers: [Int: Matrix]
    let offsets: [Int]
    /// Whether the teacher knows a token of the model's batch.
    let isKnown: [Bool]
  }

  func wanted(for batch: PackedBatch, on backend: inout InferenceBackend) -> Wanted {
    var sequences: [[TokenID]] = []
    for (from, to) in zip(batch.offsets, batch.offsets.dropFirst()) {
      sequences.append(
        [start]
          + batch.tokens[from..<to].map { token in
            let known = tokenMap[Int(token)]
            return known >= 0 ? known : unknown
          })
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
    return Wanted(
      layers: layers, offsets: packed.offsets,
      isKnown: batch.tokens.map { tokenMap[Int($0)] >= 0 })
  }

  /// The teacher's last layer.
  var lastLayer: Int { teacher.configuration.layers }
}
