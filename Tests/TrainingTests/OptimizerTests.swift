import Checkpoints
import Foundation
import JSON
import Support
import Testing
import Training
import Transformers

/// Optimisers do what PyTorch's AdamW and transformers' Adafactor do; see scripts/golden/optimizers.py.
@Suite struct OptimizerTests {
  private static let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("Fixtures/training/optimizers.json")

  @Test("Weights after each of six steps equal the reference's", arguments: ["adamw", "adafactor"])
  func steps(name: String) throws {
    let golden = try #require(
      try JSONValue(parsing: Array(Data(contentsOf: Self.path)))[name])
    func numbers(_ value: JSONValue?, _ key: String) throws -> [Float] {
      try #require(value?[key]?.array).compactMap { $0.double.map(Float.init) }
    }
    try TemporaryFolder.use { folder in
      var writer = SafetensorsWriter()
      writer.add("matrix", shape: [4, 3], try numbers(golden, "matrix"))
      writer.add("vector", shape: [5], try numbers(golden, "vector"))
      let file = folder.path(of: "weights.safetensors")
      try writer.write(to: file)
      let checkpoint = try Safetensors(path: file)
      var declarations = ParameterDeclarations(for: checkpoint.tensors)
      _ = declarations.matrix("matrix", rows: 4, columns: 3)
      _ = declarations.vector("vector", count: 5)
      let parameters = try TrainableParameters(declarations, from: checkpoint)
      let gradients = Gradients(for: parameters)
      var settings = OptimizerSettings()
      settings.decay = name == "adamw" ? 0.1 : 0
      let optimizer: any Optimizer =
        name == "adamw"
        ? AdamW(settings, count: parameters.count) : Adafactor(settings, for: parameters)

      for (index, step) in try #require(golden["steps"]?.array).enumerated() {
        for name in ["matrix", "vector"] {
          gradients.set(name, to: try numbers(step["gradients"], name))
        }
        optimizer.step(
          parameters, gradients, number: index + 1, rates: [0.01, 0.01], scale: 1, threads: 2)
        let snapshot = parameters.snapshot()
        for tensor in snapshot.tensors {
          let found = try snapshot.floats(of: tensor)
          for (place, wanted) in try numbers(step, tensor.name).enumerated() {
            // fp32 roots and sums in another order, over at most six steps.
            #expect(abs(found.pointer[place] - wanted) < 2e-6, "step \(index + 1), \(tensor.name)")
          }
        }
      }
    }
  }

  @Test("A rate of 0 leaves a parameter as it is, and a scale shortens the gradient")
  func rates() throws {
    try TemporaryFolder.use { folder in
      var writer = SafetensorsWriter()
      writer.add("a", shape: [2], [1, 2])
      writer.add("b", shape: [2], [1, 2])
      let file = folder.path(of: "weights.safetensors")
      try writer.write(to: file)
      let checkpoint = try Safetensors(path: file)
      var declarations = ParameterDeclarations(for: checkpoint.tensors)
      _ = declarations.vector("a", count: 2)
      _ = declarations.vector("b", count: 2)
      let parameters = try TrainableParameters(declarations, from: checkpoint)
      let gradients = Gradients(for: parameters)
      gradients.set("a", to: [1, 1])
      gradients.set("b", to: [1, 1])
      AdamW(OptimizerSettings(), count: parameters.count).step(
        parameters, gradients, number: 1, rates: [0, 0.1], scale: 0.5, threads: 1)
      let snapshot = parameters.snapshot()
      let (a, b) = (
        try snapshot.floats(of: snapshot.tensors[0]), try snapshot.floats(of: snapshot.tensors[1])
      )
      #expect(a.pointer[0] == 1 && a.pointer[1] == 2)
      // The first step of Adam is the rate, whatever the gradient's size.
      #expect(abs(b.pointer[0] - 0.9) < 1e-6)
    }
  }
}
