/// How a model directory stores its weights.
public enum WeightFormat: Sendable, CaseIterable {
  case safetensors
  /// What `torch.save` writes.
  case pyTorch

  /// The file of a model whose weights are in one.
  var singleFile: String {
    switch self {
    case .safetensors: "model.safetensors"
    case .pyTorch: "pytorch_model.bin"
    }
  }

  /// The list of the files of a model whose weights are in several.
  var index: String { "\(singleFile).index.json" }

  /// What the names of its files end in.
  package var suffix: String {
    switch self {
    case .safetensors: ".safetensors"
    case .pyTorch: ".bin"
    }
  }

  func open(_ path: String) throws(CheckpointError) -> any Checkpoint {
    switch self {
    case .safetensors: try Safetensors(path: path)
    case .pyTorch: try PyTorchFile(path: path)
    }
  }
}
