/// A text as it may stand in an element of a page, or in an attribute between double quotes.
///
/// Characters that command the display (controls, bidirectional embeddings and overrides) become U+FFFD,
/// so that they are seen and can do nothing; line ends and tabs stay.
package func htmlText(_ text: some StringProtocol) -> String {
  var result = String.UnicodeScalarView()
  for scalar in text.unicodeScalars {
    switch scalar {
    case "&": result.append(contentsOf: "&amp;".unicodeScalars)
    case "<": result.append(contentsOf: "&lt;".unicodeScalars)
    case ">": result.append(contentsOf: "&gt;".unicodeScalars)
    case "\"": result.append(contentsOf: "&quot;".unicodeScalars)
    case "'": result.append(contentsOf: "&#39;".unicodeScalars)
    case "\n", "\t": result.append(scalar)
    case "\r": result.append(" ")
    case "\u{202A}"..."\u{202E}", "\u{2066}"..."\u{2069}": result.append("\u{FFFD}")
    default:
      result.append(scalar.properties.generalCategory == .control ? "\u{FFFD}" : scalar)
    }
  }
  return String(result)
}
