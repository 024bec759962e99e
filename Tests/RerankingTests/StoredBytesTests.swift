import Checkpoints
import Foundation
import JSON
import RankingCore
import Reranking
import Support
import Testing
import Transformers

@Suite("Models stored in bytes")
struct StoredBytesTests {
  private static let documents = {
    var random = SeededRandom(seed: 73)
    return Passages.many(12, using: &random) + Passages.documents
  }()

  private func scores(
    _ model: ModelDirectory, _ mode: RankingMode, _ precision: Precision?
  ) throws -> [Double] {
    var options = RerankerOptions()
    options.mode = mode
    options.precision = precision
    let ranking = try model.reranker(options).rerank(
      Self.documents, for: Passages.query, progress: nil
    ).ranking
    return ranking.sorted { $0.document.id < $1.document.id }.map(\.score)
  }

  private func stored<Result>(
    _ model: ModelDirectory, _ body: (ModelDirectory) throws -> Result
  ) throws -> Result {
    try withTemporaryFolder { folder in
      let conversion = try ModelConversion(model, as: .int8)
      try conversion.write(to: "\(folder)/out")
      let result = try ModelDirectory(path: "\(folder)/out")
      #expect(result.tensors.count == conversion.sizeAfter.tensors)
      #expect(
        result.tensors.reduce(0) { $0 + $1.count * $1.scalarType.byteCount }
          == conversion.sizeAfter.bytes)
      #expect(conversion.sizeAfter.bytes < conversion.sizeBefore.bytes)
      return try body(result)
    }
  }

  @Test("score as their source rounded when it is read, to the last bit, unless told otherwise")
  func equality() throws {
    for (model, modes) in [
      (try ShippedModel.t5(), [RankingMode.mono, .rank, .duo]), (try ShippedModel.bert(), [.cross]),
    ] {
      try stored(model) { bytes in
        for mode in modes {
          let expected = try scores(model, mode, .int8)
          #expect(try scores(bytes, mode, .int8) == expected, "\(mode)")
          #expect(try scores(bytes, mode, nil) == expected, "\(mode)")
          #expect(try scores(model, mode, nil) != expected, "\(mode)")
        }
      }
    }
  }

  @Test("are computed in other precisions with what their bytes stand for")
  func otherPrecisions() throws {
    let model = try ShippedModel.bert()
    try stored(model) { bytes in
      let exact = try scores(model, .cross, .fp32)
      let found = try scores(bytes, .cross, .fp32)
      let greatest = zip(exact, found).map { abs($0 - $1) }.max() ?? 0
      // A third of what inputs in bytes may cost beside the weights: see PrecisionTests.
      #expect(greatest > 0 && greatest < 0.3)
      let auto = bytes.precision(.auto)
      #expect(bytes.coarsestPrecision == .int8 && auto == Precision.auto.resolved(bearing: .int8))
      #expect(try scores(bytes, .cross, .auto) == scores(bytes, .cross, auto))
    }
  }

  @Test("hold bytes and scales for what int8 rounds, and the rest as it was")
  func tensors() throws {
    let model = try ShippedModel.bert()
    try stored(model) { bytes in
      let before = Dictionary(uniqueKeysWithValues: model.tensors.map { ($0.name, $0) })
      let after = Dictionary(uniqueKeysWithValues: bytes.tensors.map { ($0.name, $0) })
      for (name, tensor) in before where after[name]?.scalarType != .int8 {
        #expect(after[name] == tensor)
        #expect(after[name + "_rotated_scale"] == nil)
      }
      let rounded = after.values.filter { $0.scalarType == .int8 }
      // Six linear layers in each, but for the last one's keys and values.
      guard case .bert(let configuration) = bytes.architecture else {
        Issue.record("expected a BERT")
        return
      }
      #expect(rounded.count == 6 * configuration.layers - 2)
      for tensor in rounded {
        #expect(tensor.shape == before[tensor.name]?.shape)
        #expect(after[tensor.name + "_rotated_scale"]?.shape == [tensor.shape[0], 1])
        #expect(after[tensor.name + "_rotated_scale"]?.scalarType == .float32)
      }
      let text = try String(contentsOfFile: "\(bytes.path)/config.json", encoding: .utf8)
      let mark = try JSONValue(parsing: Array(text.utf8))["quantization_config"]
      #expect(mark?["format"]?.string == "t5rank-int8-rotated")
      // With a method that it does not know, transformers would read bytes as weights.
      #expect(mark?["quant_method"] == nil)
    }
  }

  @Test("are not converted again")
  func again() throws {
    try TinyBERT.read { model in
      try stored(model) { bytes in
        for type in [nil, ScalarType.float32, .int8] {
          let error = try #require(throws: RerankingError.self) {
            try ModelConversion(bytes, as: type)
          }
          #expect(error.description.contains("expected a model in floats to convert"), "\(error)")
        }
      }
    }
  }

  @Test("are refused where no layer is rounded")
  func withoutLayers() throws {
    let model = try ModelDirectory(
      path: ShippedModel.package.appendingPathComponent("Tests/Fixtures/cross-encoders/modernbert")
        .path)
    let error = try #require(throws: RerankingError.self) { try ModelConversion(model, as: .int8) }
    #expect(error.description.contains("precision int8 rounds"), "\(error)")
  }

  /// What stands in a file in place of a layer's weight and scales.
  struct Fault: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let words: String
    let change: @Sendable (inout Layer) -> Void
  }

  struct Layer {
    var shape: [Int]
    var bytes: [Int8]
    var scaleShape: [Int]
    var scales: [Float]
    var scaleType = ScalarType.float32
    var hasScale = true
  }

  static let faults: [Fault] = [
    Fault(testDescription: "no scale", words: "1 missing: \(name)_rotated_scale") {
      $0.hasScale = false
    },
    Fault(
      testDescription: "a scale too few",
      words: "1 misshapen: \(name)_rotated_scale "
        + "(expected F32 of shape [30, 1], found F32 of [29, 1])"
    ) {
      $0.scaleShape = [29, 1]
      $0.scales.removeLast()
    },
    Fault(
      testDescription: "one dimension",
      words: "_rotated_scale (expected F32 of shape [30, 1], found F32 of [30])"
    ) { $0.scaleShape = [30] },
    Fault(
      testDescription: "F16",
      words: "_rotated_scale (expected F32 of shape [30, 1], found F16 of [30, 1])"
    ) { $0.scaleType = .float16 },
    Fault(testDescription: "zero", words: "found 0.0 for row 3") { $0.scales[3] = 0 },
    Fault(testDescription: "negative", words: "found -0.5 for row 4") { $0.scales[4] = -0.5 },
    Fault(testDescription: "infinite", words: "found inf for row 5") { $0.scales[5] = .infinity },
    Fault(
      testDescription: "NaN",
      words: "\(name)_rotated_scale (expected finite scales above 0, found nan for row 6)"
    ) { $0.scales[6] = .nan },
    Fault(
      testDescription: "-128", words: "\(name) (expected bytes from -127 to 127, found -128)"
    ) { $0.bytes[7] = -128 },
    Fault(
      testDescription: "turned",
      words: "\(name) (expected floats of shape [30, 30], found I8 of [15, 60])"
    ) { $0.shape = [15, 60] },
  ]

  static let name = "bert.encoder.layer.0.attention.self.query.weight"

  private func rewrite(
    _ model: ModelDirectory, to path: String, _ change: (inout Layer) -> Void
  ) throws {
    let checkpoint = try CheckpointDirectory.open(model.path)
    let places = Dictionary(uniqueKeysWithValues: checkpoint.tensors.map { ($0.name, $0) })
    func floats(_ tensor: StoredTensor) throws -> [Float] {
      let floats = try checkpoint.floats(of: tensor)
      return Array(UnsafeBufferPointer(start: floats.pointer, count: floats.count))
    }
    var writer = SafetensorsWriter()
    for tensor in checkpoint.tensors where tensor.name != Self.name + "_rotated_scale" {
      guard let bytes = try checkpoint.bytes(of: tensor) else {
        writer.add(
          tensor.name, shape: tensor.shape, try floats(tensor), as: tensor.scalarType)
        continue
      }
      guard tensor.name == Self.name else {
        writer.add(tensor.name, shape: tensor.shape, bytes: Array(bytes.numbers))
        continue
      }
      let scale = try #require(places[Self.name + "_rotated_scale"])
      var layer = Layer(
        shape: tensor.shape, bytes: Array(bytes.numbers), scaleShape: scale.shape,
        scales: try floats(scale))
      change(&layer)
      writer.add(tensor.name, shape: layer.shape, bytes: layer.bytes)
      if layer.hasScale {
        writer.add(scale.name, shape: layer.scaleShape, layer.scales, as: layer.scaleType)
      }
    }
    try writer.write(to: path)
  }

  @Test("are refused for each fault in a sentence of its own", arguments: faults)
  func refusals(fault: Fault) throws {
    try TinyBERT.read { model in
      try stored(model) { bytes in
        let path = "\(bytes.path)/model.safetensors"
        try rewrite(bytes, to: path) { _ in }
        _ = try ModelDirectory(path: bytes.path)
        try rewrite(bytes, to: path, fault.change)
        let error = try #require(throws: RerankingError.self) {
          try ModelDirectory(path: bytes.path)
        }
        #expect(error.description.contains(fault.words), "\(error)")
      }
    }
  }
}
