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

private func isWordByte(_ byte: UInt8) -> Bool {
  switch byte {
  case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
    true
  default: false
  }
}
