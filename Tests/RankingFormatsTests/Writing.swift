import RankingCore
import RankingFormats
import Support

/// The first request of a text.
func request(_ json: String) throws -> RankingRequest {
  try TemporaryFolder.use { folder in
    var reader = RequestReader(paths: [try folder.write(json, to: "in")])
    guard let request = try reader.next() else {
      throw FormatError(.malformed, path: "-", reason: "expected a request, found none")
    }
    return try request.get()
  }
}

/// A request with documents of these identifiers and texts.
func request(_ documents: KeyValuePairs<String, String>, qid: String = "q") -> RankingRequest {
  RankingRequest(
    query: Query(id: qid, text: "question"),
    documents: documents.map { Document(id: $0.key, text: $0.value) })
}

/// A request's documents, in order of their scores.
func ranking(
  of request: RankingRequest, _ scores: [Double], _ scale: ScoreScale = .logit
) -> Ranking {
  Ranking(
    sorting: zip(request.documents, scores).enumerated().map { index, pair in
      RankedDocument(document: pair.0, score: pair.1, scale: scale, candidateIndex: index)
    })
}
