// Re-ranks passages for a query by a T5 (monoT5, RankT5, duoT5), a BERT cross-encoder or a ColBERT.
//
//     import T5Rank
//
//     let model = try ModelDirectory(path: "weights/t5rank-mini")
//     let ranking = try model.reranker().rank(
//       query: "how do vaccines work", documents: passages, topK: 10)
//     for entry in ranking { print(entry.score, entry.document.text) }
//
// `RerankerOptions` holds everything that can be chosen. `MonoT5`, `RankT5`, `CrossEncoder` and
// `ColBERT` give plain scores too: `scores(for: [TextPair("query", "passage")])`.
//
// What a ranking is worth: `Evaluator(qrels: try .read(path: "qrels.txt"), measures: [.nDCG(at: 10)])`
// measures a `Run`, which is read from a file or filled with rankings.

@_exported public import Checkpoints
@_exported public import Evaluation
@_exported public import RankingCore
@_exported public import RankingFormats
@_exported public import Reranking
@_exported public import Retrieval
@_exported public import Tokenization
@_exported public import Training
@_exported public import TrainingData
@_exported public import Transformers
