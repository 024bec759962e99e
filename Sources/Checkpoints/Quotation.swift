import JSON

/// A name from a file, quoted and escaped for a message, cut at 120 characters.
func quoted(_ text: String) -> String {
  brief(.string(text))
}

/// A value from a file, as JSON for a message, cut at 120 characters.
func brief(_ value: JSONValue) -> String {
  let text = value.serialized()
  return text.utf8.count <= 120 ? text : text.prefix(120) + "…"
}

func brief(_ values: [JSONValue]) -> String {
  brief(.array(values))
}
