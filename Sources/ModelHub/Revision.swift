/// The name of a branch, a tag or a commit.
package struct Revision: Sendable, Hashable, CustomStringConvertible {
  /// The branch that is meant where none is named.
  package static let main = Revision(name: "main")

  package let description: String

  private init(name: String) { description = name }

  /// The revision in a text; nil if git would not have it.
  package init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    let isClean = text.utf8.allSatisfy {
      (0x21...0x7E).contains($0) && !#"\:?*[~^"#.utf8.contains($0)
    }
    guard isClean, text.utf8.count <= 255, !text.contains(".."), text.utf8.first != 0x2D,
      parts.allSatisfy({ !$0.isEmpty && $0.utf8.first != UInt8(ascii: ".") })
    else { return nil }
    description = text
  }

  /// Whether it is a commit's full name, which never comes to mean another.
  var isCommit: Bool { isHexadecimal(description, count: 40) }
}

/// Whether a text is so many small hexadecimal digits.
func isHexadecimal(_ text: String, count: Int) -> Bool {
  text.utf8.count == count
    && text.utf8.allSatisfy {
      (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
        || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0)
    }
}
