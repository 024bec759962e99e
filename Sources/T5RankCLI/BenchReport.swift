import JSON
import Kernels
import Reranking
import Transformers

/// What a benchmark found; its JSON keys are a contract with scripts.
struct BenchReport: Sendable {
  let model: String
  let mode: RankingMode
  let precision: Precision
  let threads: Int
  let documents: Int
  let loadSeconds: Double
  /// From texts to scores, each time.
  let repetitions: [Double]
  /// In which texts became tokens, and nothing else was computed; of all repetitions.
  let encodingSeconds: Double
  /// Of one repetition.
  let statistics: RerankingStatistics
  /// nil where the system does not say.
  let peakMemoryBytes: Int?
  /// Floating-point operations a second, before and after.
  let machineRates: [Double]

  /// The median repetition.
  var seconds: Double { max(repetitions.sorted()[repetitions.count / 2], 1e-9) }
  var pairsPerSecond: Double { Double(statistics.forwardPasses) / seconds }
  var tokensPerSecond: Double { Double(statistics.tokens) / seconds }
  var secondsPer100: Double { 100 * seconds / Double(max(documents, 1)) }
  /// The better rate: a disturbed yardstick would flatter.
  var machineRate: Double { max(machineRates.max() ?? 0, 1) }
  /// The encoder's operations by the time and the machine's rate.
  var gemmShare: Double { statistics.operations / seconds / machineRate }

  /// The share of the time that goes by before the first forward pass.
  var tokenizationShare: Double { encodingSeconds / max(repetitions.reduce(0, +), 1e-9) }

  var json: JSONValue {
    [
      "model": JSONValue(model), "mode": JSONValue(mode.rawValue),
      "precision": JSONValue(precision.rawValue), "threads": JSONValue(threads),
      "pairs_per_second": number(pairsPerSecond), "tokens_per_second": number(tokensPerSecond),
      "seconds_per_100": number(secondsPer100), "gemm_share": number(gemmShare),
      "tokenization_share": number(tokenizationShare),
      "peak_memory_bytes": peakMemoryBytes.map { JSONValue($0) } ?? .null,
      "load_seconds": number(loadSeconds), "seconds": number(seconds),
      "repetition_seconds": .array(repetitions.map(number)),
      "documents": JSONValue(documents), "pairs": JSONValue(statistics.forwardPasses),
      "tokens": JSONValue(statistics.tokens), "operations": number(statistics.operations),
      "gemm_gflops": number(machineRate / 1e9),
      "kernel_level": JSONValue(MachineRate.kernelLevel),
      "openblas_core": JSONValue(MachineRate.blasCore),
    ]
  }

  /// A table for people.
  var text: String {
    let spread = "\(decimal(repetitions.min() ?? 0, 3))–\(decimal(repetitions.max() ?? 0, 3)) s"
    let mean = Double(statistics.tokens) / Double(max(statistics.forwardPasses, 1))
    let rows = [
      ("pairs a second", decimal(pairsPerSecond, 0), ""),
      ("tokens a second", decimal(tokensPerSecond, 0), ""),
      ("seconds for 100 documents", decimal(secondsPer100, 3), ""),
      (
        "share of the machine's rate", decimal(100 * gemmShare, 0) + " %",
        "of \(decimal(machineRate / 1e9, 0)) GFLOP/s in \(precision.rawValue) products"
      ),
      ("share of tokenization", decimal(100 * tokenizationShare, 1) + " %", ""),
      (
        "peak memory", peakMemoryBytes.map { decimal(Double($0) / 1e6, 0) + " MB" } ?? "unknown", ""
      ),
      ("loading the model", decimal(loadSeconds, 3) + " s", ""),
    ]
    let names = rows.map(\.0.count).max() ?? 0
    let values = rows.map(\.1.count).max() ?? 0
    let lines = rows.map { name, value, remark in
      "  " + padded(name, to: names) + "  " + String(repeating: " ", count: values - value.count)
        + value + (remark.isEmpty ? "" : "  " + remark)
    }
    return """
      \(model): \(mode.rawValue), \(precision.rawValue), \(counted(threads, "thread", "threads")), \
      kernels \(MachineRate.kernelLevel), OpenBLAS \(MachineRate.blasCore)
      \(counted(documents, "document", "documents")), \
      \(counted(statistics.forwardPasses, "prompt", "prompts")) of \(decimal(mean, 0)) tokens; median of \
      \(repetitions.count) (\(spread))

      \(lines.joined(separator: "\n"))

      """
  }
}

private func number(_ value: Double) -> JSONValue { JSONValue(value) ?? .null }

/// A number with so many decimals, its thousands grouped.
func decimal(_ value: Double, _ places: Int) -> String {
  let power = (0..<places).reduce(1) { power, _ in power * 10 }
  guard value.isFinite, let scaled = Int(exactly: (value.magnitude * Double(power)).rounded())
  else { return "?" }
  let sign = value < 0 && scaled > 0 ? "-" : ""
  let fraction = String(scaled % power)
  let digits = String(repeating: "0", count: max(places - fraction.count, 0)) + fraction
  return sign + grouped(scaled / power) + (places > 0 ? "." + digits : "")
}
