import Foundation
import JSON
import Testing

/// Help, version, and the README that quotes them.
struct HelpTests {
  @Test("Help explains every subcommand", arguments: ["rank", "inspect", "bench", "help"])
  func help(subcommand: String) throws {
    let long = try Program.run([subcommand, "--help"])
    #expect(long.status == 0)
    #expect(long.output.hasPrefix("usage: t5rank"))
    #expect(long.errors.isEmpty)
    #expect(long.lines.allSatisfy { $0.count <= 80 })
    #expect(try Program.run(["help", subcommand]).output == long.output)
    let short = try Program.run([subcommand, "-h"])
    #expect(short.output.count < long.output.count)
  }

  @Test("The version is written for people and as JSON")
  func version() throws {
    let plain = try Program.run(["--version"])
    #expect(plain.output.hasPrefix("t5rank "))
    let value = try JSONValue(parsing: Program.run(["--version", "--json"]).output)
    #expect(value["name"]?.string == "t5rank")
    #expect(plain.output == "t5rank \(value["version"]?.string ?? "")\n")
  }

  @Test("The README's table of options is the program's")
  func optionTable() throws {
    let table = try Program.run(["help", "--markdown"]).output
    let readme = try Readme.text()
    let parts = readme.components(separatedBy: "<!-- options -->\n")
    try #require(parts.count == 2)
    let quoted = parts[1].components(separatedBy: "<!-- /options -->")[0]
    #expect(quoted == table, "put the output of `t5rank help --markdown` between the markers")
  }
}
