import JSON
import Testing

@Suite("JSON objects")
struct JSONObjectTests {
  @Test("Setting, replacing and removing keep the order of the rest", arguments: [3, 8, 9, 200])
  func mutation(count: Int) {
    var object = JSONObject()
    for index in 0..<count { object["k\(index)"] = JSONValue(index) }
    #expect(object.count == count)
    object["k1"] = "new"
    object["k0"] = nil
    object["absent"] = nil
    #expect(object.map(\.key) == (1..<count).map { "k\($0)" })
    #expect(object["k1"] == "new")
    #expect(object["k0"] == nil)
    #expect(object["k\(count - 1)"] == JSONValue(count - 1))
    object["k0"] = 0
    #expect(object.last?.key == "k0")
    #expect(object["k0"] == 0)
  }

  @Test("A member set to null is there; a member set to nil is not")
  func nullAndNil() {
    var object: JSONObject = ["a": 1]
    object["a"] = .null
    #expect(object.count == 1)
    #expect(object["a"] == .null)
    object["a"] = nil
    #expect(object.isEmpty)
  }

  @Test("Keys that differ only in their Unicode form are different members", arguments: [0, 20])
  func unicodeForms(others: Int) throws {
    var text = "{\"e\u{301}\":1,\"\u{E9}\":2"
    for index in 0..<others { text += ",\"k\(index)\":0" }
    let object = try #require(try JSONValue(parsing: text + "}").object)
    #expect(object["e\u{301}"] == 1)
    #expect(object["\u{E9}"] == 2)
    #expect(object.count == others + 2)
    #expect(object != JSONObject(object.reversed()))
  }

  @Test("An object of 200,000 members is read, and every member found")
  func large() throws {
    let count = 200_000
    let members = (0..<count).map { "\"token \($0)\":\($0)" }
    let object = try #require(
      try JSONValue(parsing: "{" + members.joined(separator: ",") + "}").object)
    #expect(object.count == count)
    #expect((0..<count).allSatisfy { object["token \($0)"]?.int == $0 })
    let repeated = "{" + members.joined(separator: ",") + ",\"token 77\":0}"
    #expect(throws: JSONError.self) { try JSONValue(parsing: repeated) }
  }

  @Test("Equality and hashing see keys, values and order")
  func equality() {
    let first: JSONObject = ["a": 1, "b": 2]
    #expect(first == ["a": 1, "b": 2])
    #expect(first != ["b": 2, "a": 1])
    #expect(first != ["a": 1, "b": 3])
    #expect(first != ["a": 1])
    #expect(Set([first, ["a": 1, "b": 2], ["b": 2, "a": 1]]).count == 2)
  }
}
