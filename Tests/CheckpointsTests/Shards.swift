import Checkpoints

/// Writes a file with one F32 number for each name.
func writeShard(_ names: [String], to path: String) throws {
  var writer = SafetensorsWriter()
  for name in names { writer.add(name, shape: [1], [Float(name.utf8.count)]) }
  try writer.write(to: path)
}

/// An index of shards.
func index(_ placements: KeyValuePairs<String, String>) -> String {
  let members = placements.map { #""\#($0.key)":"\#($0.value)""# }
  return #"{"metadata":{"total_size":8},"weight_map":{\#(members.joined(separator: ","))}}"#
}
