// The floating-point operations that scoring needs at the least, a multiplication and an addition
// counted as two: what speed figures are measured against. Products only; norms, softmax,
// activations and look-ups are left out.

extension T5Configuration {
  /// Operations of the encoder for sequences of so many tokens. (One decoder step adds under 2 %.)
  public func encoderOperations(lengths: [Int]) -> Double {
    let inner = Double(heads * headWidth)
    let width = Double(width)
    let feedForward = Double(hiddenWidth) * width * (self.feedForward.isGated ? 3 : 2)
    return lengths.reduce(0) { sum, length in
      let length = Double(length)
      let linear = 2 * length * (4 * width * inner + feedForward)
      return sum + Double(encoderLayers) * (linear + 4 * length * length * inner)
    }
  }

  /// Operations of a decoder that reads whole sequences of so many tokens; of its last layer the keys and values
  /// of self-attention alone, as only one row goes on.
  func decoderOperations(lengths: [Int]) -> Double {
    let inner = Double(heads * headWidth)
    let width = Double(width)
    let feedForward = Double(hiddenWidth) * width * (self.feedForward.isGated ? 3 : 2)
    return lengths.reduce(0) { sum, length in
      let length = Double(length)
      let linear = 2 * length * (8 * width * inner + feedForward)
      let last = 4 * length * width * inner
      // Causal self-attention sees half of the pairs.
      return sum + Double(decoderLayers - 1) * (linear + 6 * length * length * inner) + last
    }
  }
}

extension BERTConfiguration {
  /// Operations of all layers for sequences of so many tokens; of the last one only what the first
  /// token needs.
  public func encoderOperations(lengths: [Int]) -> Double {
    let width = Double(width)
    let perToken = 2 * (4 * width * width + 2 * width * Double(hiddenWidth))
    return lengths.reduce(0) { sum, length in
      let length = Double(length)
      let whole = length * perToken + 4 * length * length * width
      let last = perToken + 4 * length * Double(heads) * width
      return sum + Double(layers - 1) * whole + last
    }
  }
}
