/// A checkpoint's name in the registry: `owner/model`, or the beginning of such names, ending in `*`.
struct CheckpointName {
  /// Whether it stands for all names that begin so.
  let isBeginning: Bool
  /// What is compared.
  let key: String
  private let shortKey: String?

  init(_ name: String) {
    isBeginning = name.hasSuffix("*")
    key = Self.key(isBeginning ? String(name.dropLast()) : name)
    shortKey = isBeginning ? nil : name.split(separator: "/").last.map { Self.key(String($0)) }
  }

  /// Whether a name with its owner is meant.
  func matches(_ name: String) -> Bool {
    let other = Self.key(name)
    return isBeginning ? other.hasPrefix(key) : other == key
  }

  /// Whether a name without its owner is meant; never by a beginning, which would then mean too much.
  func isShort(_ name: String) -> Bool { shortKey == Self.key(name) }

  /// Lower case, with one `-` for each run of `/`, `-` and `_`.
  private static func key(_ name: String) -> String {
    var key = ""
    for character in name.lowercased() {
      let isSeparator = "/-_".contains(character)
      if !isSeparator {
        key.append(character)
      } else if !key.hasSuffix("-") {
        key.append("-")
      }
    }
    return key
  }
}
