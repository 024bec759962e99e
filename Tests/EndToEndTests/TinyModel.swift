import Checkpoints
import Foundation
import Support

/// A T5 of width 8 with T5's own vocabulary and seeded random weights: a model to break.
struct TinyModel {
  private let folder: ScratchFolder
  var path: String { folder.path }

  private static let width = 8
  private static let hidden = 16
  private static let vocabulary = 32_128

  /// - Parameters:
  ///   - gain: Of the encoder's last norm; NaN breaks every score.
  ///   - isComplete: Whether no tensor is missing.
  init(gain: Float = 1, isComplete: Bool = true) throws {
    folder = try ScratchFolder()
    try folder.write(
      """
      {"model_type": "t5", "vocab_size": \(Self.vocabulary), "d_model": \(Self.width), "d_kv": 4,
       "num_heads": 2, "d_ff": \(Self.hidden), "num_layers": 1, "num_decoder_layers": 1,
       "feed_forward_proj": "relu", "tie_word_embeddings": true, "decoder_start_token_id": 0,
       "pad_token_id": 0, "eos_token_id": 1}
      """, to: "config.json")
    try FileManager.default.copyItem(
      atPath: Program.project + "/Tests/Fixtures/tokenizers/t5/spiece.model",
      toPath: path + "/spiece.model")

    var random = SeededRandom(seed: 8)
    var writer = SafetensorsWriter()
    for (name, shape) in Self.tensors where isComplete || name != "shared.weight" {
      let count = shape.reduce(1, *)
      let values: [Float] =
        if name == "encoder.final_layer_norm.weight" {
          [Float](repeating: gain, count: count)
        } else {
          (0..<count).map { _ in Float.random(in: -0.5...0.5, using: &random) }
        }
      writer.add(name, shape: shape, values)
    }
    try writer.write(to: path + "/model.safetensors")
  }

  func write(_ text: String, to name: String) throws { try folder.write(text, to: name) }

  func remove(_ name: String) throws {
    try FileManager.default.removeItem(atPath: "\(path)/\(name)")
  }

  private static var tensors: [(String, [Int])] {
    var tensors = [("shared.weight", [vocabulary, width])]
    for side in ["encoder", "decoder"] {
      let attentions = side == "encoder" ? ["SelfAttention"] : ["SelfAttention", "EncDecAttention"]
      for (layer, attention) in attentions.enumerated() {
        let prefix = "\(side).block.0.layer.\(layer)."
        for name in ["q", "k", "v", "o"] {
          tensors.append(("\(prefix)\(attention).\(name).weight", [width, width]))
        }
        tensors.append((prefix + "layer_norm.weight", [width]))
      }
      let prefix = "\(side).block.0.layer."
      tensors += [
        (prefix + "0.SelfAttention.relative_attention_bias.weight", [32, 2]),
        ("\(prefix)\(attentions.count).DenseReluDense.wi.weight", [hidden, width]),
        ("\(prefix)\(attentions.count).DenseReluDense.wo.weight", [width, hidden]),
        ("\(prefix)\(attentions.count).layer_norm.weight", [width]),
        ("\(side).final_layer_norm.weight", [width]),
      ]
    }
    return tensors
  }
}
