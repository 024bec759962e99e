import JSON

/// A sound prompt file, with members replaced (`JSONValue?.none`: left out) or added.
func promptFile(_ changes: [String: JSONValue?] = [:]) -> String {
  var members: JSONObject = [
    "name": "test", "description": "A test.", "source": "none", "mode": "mono",
    "template": "Query: {query} Document: {document} Relevant:",
    "labels": [["pieces": ["▁false"], "value": 0], ["pieces": ["▁true"], "value": 1]],
    "scoring": "log-odds", "max_tokens": 512, "truncation": "document", "end_of_sequence": true,
  ]
  for (key, value) in changes { members[key] = value }
  return JSONValue(members).serialized()
}

let digitLabels = JSONValue(
  (0..<10).map { ["pieces": [JSONValue(String($0))], "value": JSONValue($0)] })

let duoTemplate: JSONValue =
  "Query: {query} Document0: {document0} Document1: {document1} Relevant:"
