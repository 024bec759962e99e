public import Kernels

/// The precision of an encoder's linear layers; norms, attention and the decoder are always in single
/// precision.
///
/// In each of them a sequence's result depends on the sequence alone, to the last bit.
public enum Precision: String, Sendable, Hashable, CaseIterable {
  /// Single precision: what other implementations give, up to rounding.
  case fp32
  /// Weights and their inputs rounded to bfloat16.
  case bf16
  /// Weights and their inputs rounded to 8 bits, by rows.
  case int8
  /// `bf16` where the machine has instructions for it, else `fp32`.
  case auto

  /// What is computed on this machine: never `auto`.
  public var resolved: Precision {
    self == .auto ? (ReducedPrecision.bf16.isNative ? .bf16 : .fp32) : self
  }

  /// What layers' operands are rounded to; nil: they are not.
  public var reduced: ReducedPrecision? {
    switch resolved {
    case .bf16: .bf16
    case .int8: .int8
    case .fp32, .auto: nil
    }
  }
}
