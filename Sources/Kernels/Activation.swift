import CKernels

/// A function of one number that follows a linear layer.
public enum Activation: Sendable, Hashable {
  /// max(x, 0)
  case relu
  /// x/2 · (1 + erf(x/√2)): BERT's "gelu".
  case gelu
  /// The tanh form of GELU: T5's "gated-gelu", "gelu_new".
  case geluTanh
  /// x / (1 + exp(−x))
  case silu
  /// tanh(x)
  case tanh
  /// 1 / (1 + exp(−x))
  case sigmoid

  var kernel: t5k_activation {
    switch self {
    case .relu: T5K_RELU
    case .gelu: T5K_GELU_ERF
    case .geluTanh: T5K_GELU_TANH
    case .silu: T5K_SILU
    case .tanh: T5K_TANH
    case .sigmoid: T5K_SIGMOID
    }
  }
}
