/// What a server says before the content of its answer.
struct ResponseHead: Sendable, Hashable {
  let status: Int
  /// By names in small letters; of several with one name, the first.
  private let fields: [String: String]

  /// Reads a block of header lines.
  ///
  /// - Parameter text: The lines, each ended by CR LF or LF.
  /// - Returns: nil for what is no answer by HTTP.
  init?(_ text: String) {
    let lines = text.split(whereSeparator: \.isNewline)
    guard let first = lines.first?.split(separator: " "), first.count >= 2,
      first[0].hasPrefix("HTTP/"), let status = Int(first[1]), (100...999).contains(status)
    else { return nil }
    var fields: [String: String] = [:]
    for line in lines.dropFirst() {
      guard let colon = line.firstIndex(of: ":") else { continue }
      let name = line[..<colon].lowercased()
      let value = line[line.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
      if fields[name] == nil { fields[name] = String(value) }
    }
    self.status = status
    self.fields = fields
  }

  subscript(_ name: String) -> String? { fields[name] }

  /// The bytes of the content; nil if they are not told, or told wrongly.
  var contentLength: Int? { number("content-length") }

  /// A field that is a count.
  func number(_ name: String) -> Int? {
    fields[name].flatMap { Int($0) }.flatMap { $0 >= 0 ? $0 : nil }
  }

  /// What a part is of the whole, from `Content-Range: bytes 5-9/10`; the total is nil for `*`.
  var contentRange: (first: Int, total: Int?)? {
    guard let text = fields["content-range"], text.hasPrefix("bytes ") else { return nil }
    let parts = text.dropFirst(6).split(separator: "/")
    guard parts.count == 2, let first = parts[0].split(separator: "-").first.flatMap({ Int($0) }),
      first >= 0
    else { return nil }
    return (first, Int(parts[1]))
  }
}
