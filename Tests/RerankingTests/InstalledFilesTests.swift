import Reranking
import Testing

@Suite("Installed files")
struct InstalledFilesTests {
  @Test("The environment comes first, then the executable's folders upwards, share, the checkout")
  func order() {
    #expect(
      InstalledFiles.folders(home: "/h", executable: "/opt/t5/bin/t5rank", checkout: "/src/t5rank")
        == ["/h", "/opt/t5/bin", "/opt/t5", "/opt", "/opt/t5/share/t5rank", "/src/t5rank"])
  }

  @Test("What is unknown or empty is left out")
  func leavesOut() {
    #expect(InstalledFiles.folders(home: "", executable: nil, checkout: nil) == [])
    #expect(
      InstalledFiles.folders(home: nil, executable: "/t5rank", checkout: nil) == ["/share/t5rank"])
  }

  @Test("The project's own prompts are found, what does not exist is not")
  func finds() throws {
    let path = try #require(InstalledFiles.path(of: "prompts/monot5.json"))
    #expect(try Prompt(contentsOf: path).name == "monot5")
    #expect(InstalledFiles.path(of: "prompts/no-such-prompt.json") == nil)
    #expect(InstalledFiles.path(of: "") == nil)
    #expect(InstalledFiles.path(of: "prompts\0") == nil)
  }
}
