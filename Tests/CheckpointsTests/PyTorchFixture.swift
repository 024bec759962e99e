import Checkpoints
import Foundation

/// Files that torch.save wrote; made by scripts/golden/pytorch-files.py.
enum PyTorchFixture {
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("Fixtures/pytorch").path

  static func path(_ name: String) -> String { "\(folder)/\(name)" }

  static func bytes(_ name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(fileURLWithPath: path(name))))
  }

  /// The bits of a tensor's numbers, so that NaNs and signs of zeros count.
  static func bits(of name: String, in checkpoint: any Checkpoint) throws -> [UInt32]? {
    guard let tensor = checkpoint.tensors.first(where: { $0.name == name }) else { return nil }
    let floats = try checkpoint.floats(of: tensor)
    return withExtendedLifetime(floats) {
      UnsafeBufferPointer(start: floats.pointer, count: floats.count).map(\.bitPattern)
    }
  }
}

extension ScalarType {
  var isFloat: Bool { [.float64, .float32, .float16, .bfloat16].contains(self) }
}
