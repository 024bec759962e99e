import T5RankCLI
import Testing

@Suite("The page that explains")
struct ExplanationPageTests {
  private func page(query: String, id: String = "d", texts: [String], command: String = "")
    -> String
  {
    let explanation = ExplainedCase.explanation(query: query, id: id, texts: texts)
    let page = ExplanationPage(command: command)
    return page.head(for: explanation) + page.section(explanation, number: 1) + page.foot
  }

  @Test("It says what each stage said, which words mattered, and what pairs and ratings were")
  func content() throws {
    let page = page(query: "do bees", texts: ["honey bees fly", "ants walk"], command: "t5rank x")
    #expect(try tags(of: page).isBalanced)
    for part in [
      "<title>Why: do bees</title>", "<code>t5rank x</code>",
      "<b>mono</b>: logit, prompt p&amp;q, models/&lt;big&gt;",
      "query <bdi>q1</bdi> · the best 2 of 7 documents · 1,234 forward passes to explain",
      "<td>−0.2500</td><td>1.5000</td>",
      "<mark class=\"g5\" title=\"+2.00\">honey</mark> <mark class=\"l4\" title=\"−1.00\">bees</mark> fly",
      "<mark class=\"g3\" title=\"+0.50\">do</mark> <mark class=\"l3\" title=\"−0.50\">bees</mark>",
      "<b class=\"gain\">for it</b> <bdi>honey +2.00</bdi>",
      "<td class=\"g4\" title=\"1 before 2: 88.1 %\">88</td>",
      "<td class=\"l2\" title=\"2 before 1: 26.9 %\">27</td>", "gets 57 %",
      "aria-label=\"Probabilities of the ratings: 0: 25.0 %, 1: 75.0 %, 2.50: 0.0 %\"",
    ] {
      #expect(page.contains(part), "missing: \(part)")
    }
  }

  @Test("Nothing is loaded and nothing runs")
  func alone() throws {
    let page = page(query: "a b", texts: ["x y", "z"])
    #expect(page.contains("content=\"default-src 'none'; style-src 'unsafe-inline'; "))
    let tags = try tags(of: page)
    #expect(!tags.names.contains { ["script", "link", "img", "iframe", "object"].contains($0) })
    for word in ["http:", "https:", "url(", "@import", "src="] {
      #expect(!page.contains(word), "\(word)")
    }
  }

  @Test(
    "Hostile texts stay texts",
    arguments: [
      "<script>alert(1)</script> \"x\" onload='y'", "</mark></section></main> &lt;b&gt;",
      "]]> <!-- \u{0}\u{7}\u{1B}[31m", "\u{202E}evil\u{202C} \u{2066}b\u{2069}", "\r\n\r \u{85}",
      "<<<<\">>>> '''", "مرحبا bees", "\u{301}a \u{200D}",
    ])
  func hostile(text: String) throws {
    let page = page(query: text, id: text, texts: [text, "b"], command: text)
    let plain = try tags(of: self.page(query: "a b", texts: ["a b", "b"]))
    let tags = try tags(of: page)
    #expect(tags.isBalanced)
    // As many elements as a harmless text makes, but for the words.
    func counted(_ names: [String]) -> [String] {
      names.filter { !["mark", "bdi", "b", "br", "p"].contains($0) }.sorted()
    }
    #expect(counted(tags.names) == counted(plain.names))
    let commanding = page.unicodeScalars.filter {
      ($0.properties.generalCategory == .control && $0 != "\n" && $0 != "\t")
        || (0x202A...0x202E).contains($0.value) || (0x2066...0x2069).contains($0.value)
    }
    #expect(commanding.isEmpty)
  }

  @Test("A very long text is cut, and that is said")
  func long() throws {
    let page = page(query: "a b", texts: [String(repeating: "word ", count: 9000), "b"])
    #expect(try tags(of: page).isBalanced)
    #expect(page.contains("(cut here)") && page.count < 40_000)
  }

  private struct Tags {
    var names: [String] = []
    var isBalanced = false
  }

  /// The elements of a page, and whether each is closed where it should be.
  private func tags(of page: String) throws -> Tags {
    let empty: Set = ["meta", "br", "rect"]
    var result = Tags()
    var open: [String] = []
    // By scalars, as browsers read it: a sign with an accent behind it is still that sign.
    let html = page.replacing("<!DOCTYPE html>", with: "").unicodeScalars
    for part in html.split(separator: "<", omittingEmptySubsequences: false).dropFirst() {
      let end = try #require(part.firstIndex(of: ">"), "a tag without an end: \(part)")
      let tag = part[..<end]
      // No text outside tags has either sign.
      #expect(!part[part.index(after: end)...].contains(">"), "\(part)")
      // Quotes come in pairs, so that no attribute runs on.
      #expect(tag.count { $0 == "\"" }.isMultiple(of: 2), "\(tag)")
      let name = String(
        String.UnicodeScalarView(
          tag.drop { $0 == "/" }.prefix { $0.properties.isAlphabetic || ("0"..."9").contains($0) }))
      if tag.first == "/" {
        guard open.popLast() == name else { return result }
      } else {
        result.names.append(name)
        if !empty.contains(name) { open.append(name) }
      }
    }
    result.isBalanced = open.isEmpty
    return result
  }
}
