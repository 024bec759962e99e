/// The name of a model's repository: `OWNER/NAME`, or `NAME` alone for the hub's oldest ones.
package struct RepositoryName: Sendable, Hashable, CustomStringConvertible {
  package let description: String

  /// By huggingface_hub's `validate_repo_id`.
  private static let longestPart = 96

  /// The name in a text; nil if it can be none.
  package init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count <= 2, parts.allSatisfy(Self.isPart), !text.contains("--"),
      !text.contains(".."), !text.hasSuffix(".git")
    else { return nil }
    description = text
  }

  /// Whether an owner is named.
  package var hasOwner: Bool { description.contains("/") }

  /// The folder of the repository in a cache.
  var folder: String {
    "models--" + description.split(separator: "/").joined(separator: "--")
  }

  private static func isPart(_ part: Substring) -> Bool {
    guard let first = part.utf8.first, let last = part.utf8.last else { return false }
    return part.utf8.count <= longestPart && isWordByte(first) && isWordByte(last)
      && part.utf8.allSatisfy {
        isWordByte($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".")
      }
  }
}

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

private func isWordByte(_ byte: UInt8) -> Bool {
  switch byte {
  case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
    true
  default: false
  }
}
