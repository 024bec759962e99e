import JSON
import RankingFormats
import Reranking
import Tokenization

/// Writes a model directory anew: as safetensors, without what no scorer reads, and maybe with a
/// smaller vocabulary.
struct ConvertCommand {
  let settings: ConvertSettings
  let console: Console

  func run() throws -> ExitCode {
    try InputFiles.check(settings.vocabularyPaths)
    let model = try ModelDirectory(path: ModelPath.directory(of: settings.modelPath))
    let kept =
      settings.vocabularyPaths.isEmpty
      ? nil : try TextTokens(model.tokenizer).tokens(of: settings.vocabularyPaths)
    let conversion = try ModelConversion(model, as: settings.type, keeping: kept)
    Signals.letWorkEnd()
    defer { Signals.clearUnfinished() }
    guard
      try conversion.write(
        to: settings.outputPath, willWrite: Signals.setUnfinished,
        shouldStop: { Signals.requested != nil })
    else { Signals.exitRequested() }
    if !settings.isQuiet {
      try console.write(summary(from: conversion.sizeBefore, to: conversion.sizeAfter))
    }
    return .done
  }

  private func summary(
    from before: ModelConversion.Size, to after: ModelConversion.Size
  ) -> String {
    let rows = [
      ("tensors", before.tensors, after.tensors), ("bytes", before.bytes, after.bytes),
      ("tokens", before.tokens, after.tokens),
    ]
    let lines = rows.map { "  \(padded($0, to: 9))\(grouped($1)) → \(grouped($2))\n" }
    return "\(settings.modelPath) → \(settings.outputPath)\n" + lines.joined()
  }
}
