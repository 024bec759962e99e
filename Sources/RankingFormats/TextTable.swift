import JSON
import RankingCore

/// Texts by identifier, as queries and corpora are kept: TSV (`id<TAB>text`) or JSON Lines.
///
/// Only the places of wanted lines are kept in memory; a text is read when it is asked for.
final class TextTable {
  /// What a line holds.
  struct Entry {
    let text: String
    /// Where the text begins behind a title, in Unicode scalars.
    let bodyStart: Int
    /// The line as JSON for output, without its identifier.
    let members: JSONObject
  }

  private struct Place {
    let offset: Int
    let count: Int
    let line: Int
  }

  private let file: SeekableFile
  private let kind: TextLineForm.Kind
  private var places: [ExactID: Place] = [:]
  private var decoder: TextDecoder

  var path: String { file.path }
  var replacedBytes: Int { decoder.replacedBytes }

  /// Walks over the file once.
  ///
  /// - Parameters:
  ///   - wanted: The identifiers whose places are kept.
  ///   - report: Called for each line that cannot be read, and for wanted identifiers that stand
  ///     there twice; the first one counts.
  init(
    path: String, kind: TextLineForm.Kind, wanted: Set<ExactID>, invalidUTF8: InvalidUTF8,
    report: (FormatError) -> Void
  ) throws(FormatError) {
    let path = kind == .documents ? BEIRFolder.corpus(at: path) : BEIRFolder.queries(at: path)
    file = try SeekableFile(path: path)
    self.kind = kind
    decoder = TextDecoder(invalidUTF8)
    // Lines are repaired for their identifiers here, and again when read: only the latter counts.
    var scanning = TextDecoder(.replace)
    var lines = try file.lines()
    while true {
      do throws(FormatError) {
        guard let line = try lines.next() else { break }
        if line.isBlank { continue }
        let form = TextLineForm(kind: kind, path: path, line: line.number)
        let id = ExactID(try form.identifier(of: line.bytes, &scanning))
        guard wanted.contains(id) else { continue }
        let place = Place(offset: line.offset, count: line.bytes.count, line: line.number)
        if places.updateValue(places[id] ?? place, forKey: id) != nil {
          throw FormatError(
            .malformed, path: path, line: line.number,
            reason: "expected each id once, found \"\(shortened(id.text))\" again; "
              + "the first line counts")
        }
      } catch {
        guard error.kind == .malformed else { throw error }
        report(error)
      }
    }
  }

  /// The line of an identifier; nil if the file has none.
  func entry(for id: ExactID) throws(FormatError) -> Entry? {
    guard let place = places[id] else { return nil }
    let bytes = try file.bytes(at: place.offset, count: place.count)
    let form = TextLineForm(kind: kind, path: path, line: place.line)
    return try form.entry(of: bytes[...], &decoder)
  }
}
