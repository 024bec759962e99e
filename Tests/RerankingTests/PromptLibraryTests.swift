import Foundation
import JSON
import Reranking
import Testing

@Suite("The prompt library")
struct PromptLibraryTests {
  static let shipped = [
    "duot5", "monoptt5", "monot5", "monot5-blank-true", "monot5-yes-no", "ptt5-nao-sim", "rankt5",
    "rankt5-digits",
    "seed-duo", "seed-mono", "seed-rank",
  ]

  @Test("All shipped prompts are found, from the test's own program")
  func listsShippedPrompts() {
    #expect(PromptLibrary.installed.names == Self.shipped)
  }

  @Test("Each shipped file is sound, and has the name of its prompt", arguments: shipped)
  func readsShippedPrompt(name: String) throws {
    let prompt = try PromptLibrary.installed.prompt(name)
    #expect(prompt.name == name)
    #expect(!prompt.description.isEmpty && !prompt.source.isEmpty)
    #expect(prompt.maximumTokens == 512)
    #expect(prompt.truncation == .document)
    #expect(prompt.endsWithEndOfSequence)
  }

  @Test("The wordings are those of the papers and of the project's first description")
  func wordings() throws {
    let installed = PromptLibrary.installed
    let mono = "Query: {query} Document: {document} Relevant:"
    #expect(try installed.prompt("monot5").template.text == mono)
    #expect(try installed.prompt("monot5-yes-no").template.text == mono)
    #expect(try installed.prompt("monot5-blank-true").template.text == mono)
    #expect(try installed.prompt("ptt5-nao-sim").template.text == mono)
    #expect(try installed.prompt("seed-mono").template.text == mono)
    #expect(
      try installed.prompt("monoptt5").template.text
        == "Pergunta: {query} Documento: {document} Relevante:")
    let rank = "Query: {query} Document: {document} Score:"
    #expect(try installed.prompt("rankt5-digits").template.text == rank)
    #expect(try installed.prompt("seed-rank").template.text == rank)
    #expect(try installed.prompt("rankt5").template.text == "Query: {query} Document: {document}")
    #expect(
      try installed.prompt("duot5").template.text
        == "Query: {query} Document0: {document0} Document1: {document1} Relevant:")
    #expect(
      try installed.prompt("seed-duo").template.text
        == "Query: {query} Document1: {document0} Document2: {document1} More relevant:")
  }

  @Test(
    "The positive label is the one that says relevant, or names the document shown first",
    arguments: [
      ("monot5", ["▁true"]), ("monot5-yes-no", ["▁yes"]), ("monot5-blank-true", ["▁true"]),
      ("ptt5-nao-sim", ["▁sim"]),
      ("monoptt5", ["▁Sim"]), ("duot5", ["▁true"]), ("seed-mono", ["▁true"]),
      ("seed-duo", ["▁Document", "1"]),
    ])
  func positiveLabels(name: String, pieces: [String]) throws {
    let prompt = try PromptLibrary.installed.prompt(name)
    #expect(prompt.labels.first { $0.value == 1 }?.pieces == pieces)
  }

  @Test(
    "Two names for one prompt say so",
    arguments: [("seed-mono", "monot5"), ("seed-rank", "rankt5-digits")])
  func saysThatPromptsAreTheSame(name: String, other: String) throws {
    let prompt = try PromptLibrary.installed.prompt(name)
    let twin = try PromptLibrary.installed.prompt(other)
    #expect(prompt.template == twin.template && prompt.labels == twin.labels)
    #expect(prompt.description.contains("the same prompt as \(other)"))
  }

  @Test("An unknown name is refused with the nearest and all others")
  func refusesUnknownName() {
    let error = #expect(throws: RerankingError.self) {
      try PromptLibrary.installed.prompt("monto5")
    }
    #expect(
      error?.description == "expected the name of a prompt or the path of its .json file, found "
        + "\"monto5\"; did you mean monot5? There are \(Self.shipped.joined(separator: ", "))")
  }

  @Test(
    "No odd name finds a file or traps",
    arguments: ["", " ", ".", "..", "a\0b", "monot5\0", "é", "checkpoints"])
  func refusesOddNames(name: String) {
    #expect(throws: RerankingError.self) { try PromptLibrary.installed.prompt(name) }
  }

  @Test("An earlier folder hides a later one's prompt of the same name")
  func searchesInOrder() throws {
    try withTemporaryFolder { folder in
      try write(promptFile(["description": "first"]), to: "\(folder)/a/x.json")
      try write(promptFile(["description": "second"]), to: "\(folder)/b/x.json")
      try write(promptFile(["description": "only"]), to: "\(folder)/b/y.json")
      try write("", to: "\(folder)/b/.hidden.json")
      try write("", to: "\(folder)/b/notes.txt")
      let library = PromptLibrary(folders: ["\(folder)/none", "\(folder)/a", "\(folder)/b"])
      #expect(library.names == ["x", "y"])
      #expect(try library.prompt("x").description == "first")
      #expect(try library.prompt("y").description == "only")
    }
  }

  @Test("A path names a file of any name, wherever it is")
  func readsPath() throws {
    try withTemporaryFolder { folder in
      try write(promptFile(), to: "\(folder)/p.json")
      try write(promptFile(), to: "\(folder)/p.txt")
      #expect(try PromptLibrary(folders: []).prompt("\(folder)/p.json").name == "test")
      #expect(try PromptLibrary(folders: []).prompt("\(folder)/p.txt").name == "test")
    }
  }

  @Test("A path without a file is a missing file, not an unknown name")
  func refusesMissingPath() {
    for path in ["/nowhere/p.json", "nowhere.json", "./nowhere"] {
      let error = #expect(throws: RerankingError.self) {
        try PromptLibrary.installed.prompt(path)
      }
      #expect(error == .fileMissing(path: path, expected: "a prompt file"))
    }
  }

  @Test("Folders, devices, empty files, huge files and other bytes are refused by path")
  func refusesOtherFiles() throws {
    try withTemporaryFolder { folder in
      try write("", to: "\(folder)/empty.json")
      try write(
        promptFile(["description": .string(String(repeating: "x", count: 2 << 20))]),
        to: "\(folder)/huge.json")
      try Data([0xFF, 0xFE, 0x00, 0x7B]).write(to: URL(fileURLWithPath: "\(folder)/binary.json"))
      try FileManager.default.createDirectory(
        atPath: "\(folder)/folder.json", withIntermediateDirectories: true)
      let paths = ["empty", "huge", "binary", "folder"].map { "\(folder)/\($0).json" }
      for path in paths + ["/dev/zero", "/dev/null", folder + "/"] {
        let error = #expect(throws: RerankingError.self) {
          try PromptLibrary(folders: []).prompt(path)
        }
        #expect(error?.description.hasPrefix(path) == true, "\(path): \(error?.description ?? "")")
      }
    }
  }
}
