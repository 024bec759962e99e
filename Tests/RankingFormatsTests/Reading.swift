import RankingCore
import RankingFormats
import Testing

/// Everything that a source gives: a request as `id: text | docid=text | …`, an error as its sentence
/// without the folder's path.
func everything(of source: some RequestSource, below folder: String) throws -> [String] {
  var source = source
  var lines: [String] = []
  while let next = try source.next() {
    switch next {
    case .success(let request):
      let documents = request.documents.map { "\($0.id)=\($0.text)" }
      lines.append(
        (["\(request.query.id): \(request.query.text)"] + documents).joined(separator: " | "))
    case .failure(let error): lines.append(sentence(error, below: folder))
    }
  }
  return lines
}

/// An error's sentence without the folder's path.
func sentence(_ error: FormatError, below folder: String) -> String {
  error.description.split(separator: folder + "/", omittingEmptySubsequences: false)
    .joined()
}
