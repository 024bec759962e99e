import ModelHub
import Support
import Testing

@Suite("Names of repositories, revisions, variables and addresses")
struct HubNameTests {
  @Test(
    "Names of repositories are those that huggingface_hub takes",
    arguments: [
      "castorini/monot5-base-msmarco", "t5-small", "a/b_c.d-1",
      "cross-encoder/ms-marco-MiniLM-L6-v2",
    ])
  func repositories(name: String) {
    #expect(RepositoryName(name)?.description == name)
  }

  @Test(
    "Others are refused",
    arguments: [
      "", "/", "a/", "/a", "a/b/c", "../b", "a/..", "a--b/c", "a/b..c", "-a/b", "a/b-", "a b/c",
      "a/b.git", "ä/b", "a/b\n", "a/b?x", String(repeating: "a", count: 97),
    ])
  func wrongRepositories(name: String) {
    #expect(RepositoryName(name) == nil)
  }

  @Test(
    "Revisions are those that git takes",
    arguments: [
      ("main", true), ("v1.0", true), ("refs/pr/1", true), (HubServer.commit, true), ("", false),
      ("..", false), ("a/../b", false), ("/a", false), ("a/", false), ("-x", false), ("a b", false),
      ("a\nb", false), (".a", false), ("a:b", false),
    ])
  func revisions(name: String, isGood: Bool) {
    #expect((Revision(name) != nil) == isGood)
  }

  @Test("The cache is where huggingface_hub has it")
  func cache() {
    let cases: [([String: String], String)] = [
      (["HOME": "/h"], "/h/.cache/huggingface/hub"),
      (["HOME": "/h", "XDG_CACHE_HOME": "/x"], "/x/huggingface/hub"),
      (["HOME": "/h", "HF_HOME": "~/hf"], "/h/hf/hub"),
      (["HF_HOME": "/hf", "HF_HUB_CACHE": "/c"], "/c"),
      (["HF_HOME": "/hf", "HUGGINGFACE_HUB_CACHE": "/old"], "/old"),
      (["HF_HOME": "", "HOME": "/h"], "/h/.cache/huggingface/hub"),
    ]
    for (variables, expected) in cases {
      #expect(HubEnvironment.cachePath(variables) == expected)
    }
  }

  @Test("A token comes from the variables, else from its file; white space about it does not count")
  func token() throws {
    try TemporaryFolder.use { folder in
      let home = ["HF_HOME": folder.path]
      #expect(try HubEnvironment(home).token == nil)
      try folder.write("hf_file\n", to: "token")
      #expect(try HubEnvironment(home).token == "hf_file")
      #expect(try HubEnvironment(home.merging(["HF_TOKEN": " a "]) { $1 }).token == "a")
      let old = try HubEnvironment(home.merging(["HUGGING_FACE_HUB_TOKEN": "b"]) { $1 })
      #expect(old.token == "b")
      try folder.write("hf_other", to: "elsewhere")
      let path = folder.path(of: "elsewhere")
      #expect(try HubEnvironment(["HF_TOKEN_PATH": path]).token == "hf_other")
    }
  }

  @Test("Tokens that could leave their header line are refused, and so are endpoints that are none")
  func wrongVariables() {
    for token in ["a\r\nX: y", "a\"b", "a\\b", "ä"] {
      #expect(throws: HubError.self) { try HubEnvironment(["HF_TOKEN": token]) }
    }
    for endpoint in ["hub", "file:///x", "http://a b", "https://u:p@host", "https://host/?q"] {
      #expect(throws: HubError.self) { try HubEnvironment(["HF_ENDPOINT": endpoint]) }
    }
    #expect(throws: HubError.self) { try HubEnvironment(["HF_HUB_OFFLINE": "1"]) }
  }

  @Test(
    "Addresses are read whole or not at all",
    arguments: [
      ("HTTPS://Host.example:443/a?b#c", "https://host.example/a?b"),
      ("http://[::1]:80", "http://[::1]/"), ("http://h:8080?x", "http://h:8080/?x"),
    ])
  func addresses(text: String, expected: String) {
    #expect(WebAddress(text)?.description == expected)
  }

  @Test(
    "What two programs could read in two ways is no address",
    arguments: [
      "http://a@b/", "http://a:b@c/", "http://a\\b/", "http://a b/", "http:///x", "http://a:0/",
      "http://a:b/", "http://[::1/", "http://-a/", "http://ä/", "http://a/\u{1}", "//a/b",
      "http://a.b:80:80/", "javascript:x",
    ])
  func wrongAddresses(text: String) {
    #expect(WebAddress(text) == nil)
  }
}
