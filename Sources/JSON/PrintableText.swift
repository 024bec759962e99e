/// A text from outside for a message: its first Unicode scalars, with U+FFFD for control characters, which a
/// terminal would obey, and an ellipsis where there are more.
package func printable(_ text: some StringProtocol, atMost limit: Int) -> String {
  let scalars = text.unicodeScalars
  let rest = scalars.dropFirst(limit)
  return printable(scalars.prefix(limit)) + (rest.isEmpty ? "" : "…")
}

/// Some Unicode scalars for a message, with U+FFFD for control characters.
func printable(_ scalars: some Sequence<Unicode.Scalar>) -> String {
  let shown = scalars.map { $0.properties.generalCategory == .control ? "\u{FFFD}" : $0 }
  return String(String.UnicodeScalarView(shown))
}
