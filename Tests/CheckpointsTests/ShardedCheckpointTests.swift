import Checkpoints
import Support
import Testing

@Suite("Sharded safetensors")
struct ShardedCheckpointTests {
  /// Opens an index beside `1.safetensors` with `a` and `b`, and `2.safetensors` with `c`.
  private func open<Result>(
    _ index: String, _ body: (ShardedCheckpoint) throws -> Result
  ) throws -> Result {
    try TemporaryFolder.use { folder in
      try writeShard(["a", "b"], to: folder.path(of: "1.safetensors"))
      try writeShard(["c"], to: folder.path(of: "2.safetensors"))
      return try body(ShardedCheckpoint(indexPath: folder.write(index, to: "index.json")))
    }
  }

  @Test("Tensors come from the files that the index names, sorted by name")
  func opens() throws {
    let order: KeyValuePairs = ["c": "2.safetensors", "b": "1.safetensors", "a": "1.safetensors"]
    try open(index(order)) { checkpoint in
      #expect(checkpoint.tensors.map(\.name) == ["a", "b", "c"])
      for tensor in checkpoint.tensors {
        let floats = try checkpoint.floats(of: tensor)
        withExtendedLifetime(floats) { #expect(floats.pointer.pointee == 1) }
      }
      let other = StoredTensor(name: "d", shape: [1], scalarType: .float32, count: 1)
      #expect(throws: CheckpointError.noSuchTensor(path: checkpoint.path, tensor: "d")) {
        try checkpoint.floats(of: other)
      }
    }
  }

  @Test("Tensors that are missing, unlisted or misplaced are named all at once")
  func disagrees() throws {
    let error = try #require(throws: CheckpointError.self) {
      try open(
        index(["a": "2.safetensors", "c": "2.safetensors", "gone": "1.safetensors"])
      ) { _ in }
    }
    let text = error.description
    #expect(text.contains("expected every tensor in exactly the file that the index names, found:"))
    for problem in [
      #""a" is listed in "#, #""gone" is listed in "#, #""a" is in "#, #""b" is in "#,
    ] {
      #expect(text.contains(problem), "\(text)")
    }
    #expect(!text.contains(#""c""#))
  }

  @Test("Of very many problems the first ten are named, and the rest counted")
  func manyProblems() throws {
    let members = (0..<30).map { #""t\#($0)":"1.safetensors""# }.joined(separator: ",")
    let error = try #require(throws: CheckpointError.self) {
      try open(#"{"weight_map":{\#(members)}}"#) { _ in }
    }
    #expect(error.description.hasSuffix("; and 22 more"), "\(error)")
  }

  @Test(
    "A faulty index is refused",
    arguments: [
      ("", "expected an index of weights, found an empty file"),
      ("{", "line 1, column 2"),
      ("[]", "expected an object with weight_map, found none"),
      ("{}", "expected an object with weight_map, found none"),
      (#"{"weight_map":["1.safetensors"]}"#, "weight_map: expected an object, found an array"),
      (#"{"weight_map":{}}"#, "expected 1 to 200000 tensors, found 0"),
      (#"{"weight_map":{"a":1}}"#, #"weight_map: "a": expected a file name, found a number"#),
      (index(["a": "1.safetensors", "a": "2.safetensors"]), "expected each member once"),
      (index(["\u{E9}": "1.safetensors", "e\u{301}": "1.safetensors"]), "another Unicode form"),
      (index(["a": "3.safetensors"]), "3.safetensors: expected a safetensors file, found no such"),
      (index(["a": "index.json"]), "expected the plain name of a .safetensors file"),
    ])
  func refuses(text: String, words: String) throws {
    let error = try #require(throws: CheckpointError.self) { try open(text) { _ in } }
    #expect(error.description.contains(words), "\(error)")
  }

  @Test(
    "No name in an index leads out of its folder",
    arguments: [
      "../1.safetensors", "/1.safetensors", "below/1.safetensors", "..\\\\1.safetensors",
      ".1.safetensors", "1.safetensors/../1.safetensors", "1\\u0000.safetensors", "",
      // Swift holds a slash with an accent to be one character that is no slash.
      "below/\u{301}.safetensors", ".\u{301}.safetensors",
    ])
  func traversal(name: String) throws {
    let error = try #require(throws: CheckpointError.self) { try open(index(["a": name])) { _ in } }
    #expect(error.description.contains("expected the plain name"), "\(error)")
  }
}
