/// The known name that a mistyped one most likely meant, for "did you mean …?".
///
/// Names are compared without regard to letter case, by the number of characters inserted, deleted,
/// replaced, or swapped with a neighbour. At most a third of the longer name's characters may
/// differ, so that a wild guess is never offered.
///
/// - Returns: The nearest of `names`, the first one among equals; nil if none is near.
public func nearestName(to name: String, in names: some Sequence<String>) -> String? {
  let longestName = 64
  let typed = Array(name.lowercased().prefix(longestName + 1))
  guard !typed.isEmpty, typed.count <= longestName else { return nil }
  var nearest: (name: String, distance: Int)?
  for candidate in names {
    let letters = Array(candidate.lowercased().prefix(longestName + 1))
    guard letters.count <= longestName else { continue }
    let limit = max(typed.count, letters.count) / 3
    let distance = editDistance(from: typed, to: letters)
    if distance <= max(limit, 1), distance < letters.count, distance < nearest?.distance ?? .max {
      nearest = (candidate, distance)
    }
  }
  return nearest?.name
}

/// The number of insertions, deletions, replacements and swaps of neighbours between two words
/// (the optimal string alignment distance).
func editDistance(from source: [Character], to target: [Character]) -> Int {
  // Three rows of the usual table: a swap looks two rows back.
  var beforePrevious: [Int] = []
  var previous = Array(0...target.count)
  for row in source.indices {
    var current = [row + 1]
    current.reserveCapacity(target.count + 1)
    for column in target.indices {
      let replaced = previous[column] + (source[row] == target[column] ? 0 : 1)
      var best = min(replaced, previous[column + 1] + 1, current[column] + 1)
      if row > 0, column > 0, source[row] == target[column - 1],
        source[row - 1] == target[column]
      {
        best = min(best, beforePrevious[column - 1] + 1)
      }
      current.append(best)
    }
    beforePrevious = previous
    previous = current
  }
  return previous[target.count]
}
