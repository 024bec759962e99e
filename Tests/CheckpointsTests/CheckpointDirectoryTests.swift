import Checkpoints
import Support
import Testing

@Suite("Checkpoint directories")
struct CheckpointDirectoryTests {
  @Test("One file comes before shards, and shards are found by their index")
  func choices() throws {
    try TemporaryFolder.use { folder in
      try writeShard(["shard"], to: folder.path(of: "1.safetensors"))
      try folder.write(index(["shard": "1.safetensors"]), to: "model.safetensors.index.json")
      #expect(try CheckpointDirectory.open(folder.path).tensors.map(\.name) == ["shard"])
      try writeShard(["single"], to: folder.path(of: "model.safetensors"))
      try folder.write("x", to: "pytorch_model.bin")
      #expect(try CheckpointDirectory.open(folder.path + "/").tensors.map(\.name) == ["single"])
    }
  }

  @Test("A broken file is not passed over for another")
  func broken() throws {
    try TemporaryFolder.use { folder in
      try writeShard(["shard"], to: folder.path(of: "1.safetensors"))
      try folder.write(index(["shard": "1.safetensors"]), to: "model.safetensors.index.json")
      try folder.write("broken", to: "model.safetensors")
      let error = try #require(throws: CheckpointError.self) {
        try CheckpointDirectory.open(folder.path)
      }
      #expect(error.description.contains("model.safetensors: expected 8 bytes"), "\(error)")
    }
  }

  @Test("Where there are no weights, the message says what was looked for")
  func refuses() throws {
    try TemporaryFolder.use { folder in
      let expected =
        "model.safetensors, model.safetensors.index.json, pytorch_model.bin "
        + "or pytorch_model.bin.index.json"
      #expect(throws: CheckpointError.fileMissing(path: folder.path, expected: expected)) {
        try CheckpointDirectory.open(folder.path)
      }
      let missing = folder.path(of: "none")
      #expect(throws: CheckpointError.fileMissing(path: missing, expected: "a model directory")) {
        try CheckpointDirectory.open(missing)
      }
      let file = try folder.write("x", to: "pytorch_model.bin")
      for (path, words) in [
        (file, "expected a model directory, found a file"),
        (folder.path, "pytorch_model.bin: expected a zip archive"),
      ] {
        let error = try #require(throws: CheckpointError.self) {
          try CheckpointDirectory.open(path)
        }
        #expect(error.description.contains(words), "\(error)")
      }
    }
  }
}
