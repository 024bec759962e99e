public import Kernels

/// The precision of linear layers; norms, softmax and all sums are always in single precision.
///
/// Where the encoder's are reduced, a T5's decoder's are in bfloat16, and so are the factors of the encoder's
/// attention on CPUs with instructions for them.
///
/// In each of them a sequence's result depends on the sequence alone, to the last bit.
public enum Precision: String, Sendable, Hashable, CaseIterable {
  /// Single precision: what other implementations give, up to rounding.
  case fp32
  /// Weights and their inputs rounded to bfloat16.
  case bf16
  /// Weights and their inputs rotated and rounded to 8 bits, by rows.
  case int8
  /// The fastest that the machine has instructions for, among those that the model is known to bear.
  case auto

  /// What is computed on this machine, by a model of which no more is known: never `auto`.
  public var resolved: Precision { resolved(bearing: .bf16) }

  /// What is computed on this machine: never `auto`.
  ///
  /// - Parameter coarsest: The coarsest precision that the model is known to bear: `auto` stands for `int8`,
  ///   `bf16` or `fp32`, the first of them that is not coarser and that the machine has instructions for.
  public func resolved(bearing coarsest: Precision) -> Precision {
    guard self == .auto else { return self }
    if coarsest == .int8, ReducedPrecision.int8.isNative { return .int8 }
    return coarsest != .fp32 && ReducedPrecision.bf16.isNative ? .bf16 : .fp32
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
