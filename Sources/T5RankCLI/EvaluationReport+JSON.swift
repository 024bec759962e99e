import Evaluation
import JSON

extension EvaluationReport {
  /// One object a run, one a line.
  var json: String {
    evaluations.indices.map { JSONValue.object(object($0)).serialized() + "\n" }.joined()
  }

  private func object(_ index: Int) -> JSONObject {
    let evaluation = evaluations[index]
    var measures = JSONObject()
    for (place, measure) in evaluation.measures.enumerated() {
      measures[measure.description] = number(evaluation.mean(place))
    }
    var object: JSONObject = [
      "run": .string(evaluation.name), "measures": .object(measures),
      "per_query": .object(queries(evaluation)),
      "averaging": .string(evaluation.averaging.rawValue),
      "queries": JSONValue(evaluation.averagedQueries),
      "missing": JSONValue(evaluation.missingQueries),
      "unjudged": JSONValue(evaluation.unjudgedQueries),
    ]
    if index > 0 { object["comparison"] = .object(comparison(index - 1)) }
    return object
  }

  /// The judged queries that the average is over.
  private func queries(_ evaluation: RunEvaluation) -> JSONObject {
    var queries = JSONObject()
    for (index, id) in evaluation.queryIDs.enumerated()
    where evaluation.isFound[index] || evaluation.averaging == .judgedQueries {
      var values = JSONObject()
      for (place, measure) in evaluation.measures.enumerated() {
        values[measure.description] = number(evaluation.values[place][index])
      }
      queries[id] = .object(values)
    }
    return queries
  }

  private func comparison(_ index: Int) -> JSONObject {
    let comparison = comparisons[index]
    var measures = JSONObject()
    for paired in comparison.measures {
      measures[paired.measure.description] = [
        "delta": number(paired.delta),
        "interval": paired.interval.map { [number($0.lower), number($0.upper)] } ?? .null,
        "t": number(paired.tTest?.statistic),
        "p_t_test": number(paired.tTest?.pValue),
        "p_t_test_holm": number(paired.correctedTTest),
        "p_sign_flip": number(paired.signFlip?.pValue),
        "p_sign_flip_holm": number(paired.correctedSignFlip),
        "sign_flip_is_exact": paired.signFlip.map { .bool($0.isExact) } ?? .null,
        "wins": JSONValue(paired.wins), "ties": JSONValue(paired.ties),
        "losses": JSONValue(paired.losses),
      ]
    }
    var object: JSONObject = [
      "baseline": .string(comparison.baseline), "queries": JSONValue(comparison.queryCount),
      "measures": .object(measures),
    ]
    if changes.indices.contains(index) {
      object["gained"] = .array(changes[index].gained.map(value))
      object["lost"] = .array(changes[index].lost.map(value))
    }
    return object
  }

  private func value(_ change: QueryChange) -> JSONValue {
    [
      "query": .string(change.queryID), "before": number(change.before),
      "after": number(change.after),
      "documents": .array(
        change.moves.map { move in
          [
            "document": .string(move.documentID), "grade": JSONValue(move.grade),
            "before": move.before.map { JSONValue($0) } ?? .null,
            "after": move.after.map { JSONValue($0) } ?? .null,
          ]
        }),
    ]
  }

  /// null where there is no number, or an infinite one.
  private func number(_ value: Double?) -> JSONValue {
    value.flatMap { JSONValue($0) } ?? .null
  }
}
