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
    let embedding =
      embeddingWidth == self.width && family != .albert ? 0 : 2 * Double(embeddingWidth) * width
    return lengths.reduce(0) { sum, length in
      let length = Double(length)
      let whole = length * perToken + 4 * length * length * width
      let last = perToken + 4 * length * Double(heads) * width
      return sum + length * embedding + Double(layers - 1) * whole + last
    }
  }
}

extension ModernBERTConfiguration {
  /// Operations of all layers for sequences of so many tokens; of the last one, where the head reads
  /// the first token only, what that needs: it turns keys, so all of those it sees are computed.
  public func encoderOperations(lengths: [Int]) -> Double {
    let width = Double(width)
    let feedForward = 6 * width * Double(hiddenWidth)
    return lengths.reduce(0) { sum, length in
      sum
        + attention.enumerated().reduce(0) { sum, layer in
          let isLast = layer.offset == attention.count - 1 && pooling == .first
          let reach = layer.element.reach ?? length
          let queries = isLast ? 1 : Double(length)
          let keys = isLast ? Double(min(reach + 1, length)) : Double(length)
          let seen = (0..<(isLast ? 1 : length)).reduce(0.0) { sum, place in
            sum + Double(min(place + reach + 1, length) - max(place - reach, 0))
          }
          return sum + queries * (4 * width * width + feedForward) + keys * 4 * width * width
            + 4 * seen * width
        }
    }
  }
}

extension DeBERTaConfiguration {
  /// Operations of all layers for sequences of so many tokens, without what is computed once for
  /// a batch: the positions' keys and queries.
  public func encoderOperations(lengths: [Int]) -> Double {
    let width = Double(width)
    let perToken = 4 * width * width + 4 * width * Double(hiddenWidth)
    let terms = 2 + Double((readsKeyPositions ? 1 : 0) + (readsQueryPositions ? 1 : 0))
    return lengths.reduce(0) { sum, length in
      let length = Double(length)
      let keys = length * 4 * width * width
      let whole = length * perToken + keys + 2 * terms * length * length * width
      let last = perToken + keys + 2 * terms * length * width
      return sum + Double(layers - 1) * whole + last
    }
  }
}
