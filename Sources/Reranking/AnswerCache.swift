import Digests
import Kernels
import Tokenization
import Transformers

/// One scorer's part of a score cache: its answers, by the texts of their prompts.
///
/// Keys cover everything that changes a bit of an answer: the model's files, the prompt, its
/// budget and what is cut, special tokens, precision, the kernels, and the texts. They leave out what
/// changes none: batches, threads, and the scale that scores are given in.
struct AnswerCache: Sendable {
  /// To be raised by whoever changes what the same model answers to the same texts, in any bit.
  private static let revision = 3

  private let cache: any ScoreCache
  private let beginning: SHA256
  private let labels: Int
  private let documents: Int

  /// - Parameters:
  ///   - precision: What the model is computed in: never `auto`.
  ///   - labels: How many numbers an answer has.
  ///   - documents: How many documents a prompt has.
  ///   - describe: Adds what else the answers depend on.
  init(
    _ cache: any ScoreCache, fingerprint: Digest, precision: Precision, labels: Int,
    documents: Int,
    describe: (inout SHA256) -> Void
  ) {
    self.cache = cache
    self.labels = labels
    self.documents = documents
    var hash = SHA256(of: "t5rank answer")
    hash.add(Self.revision)
    hash.add(precision.rawValue)
    hash.add(MachineRate.kernelLevel)
    hash.add(fingerprint)
    describe(&hash)
    beginning = hash
  }

  /// What stands for a text in keys; computed once, however many prompts the text is in.
  static func digest(of text: String) -> Digest {
    var hash = SHA256()
    hash.add(text)
    return hash.digest
  }

  /// - Precondition: There are as many documents as a prompt has.
  func key(query: Digest, documents: [Digest]) -> ScoreKey {
    precondition(documents.count == self.documents, "a key covers all documents of a prompt")
    var hash = beginning
    hash.add(query)
    for document in documents { hash.add(document) }
    return ScoreKey(hash.digest)
  }

  /// The answers that are remembered, aligned with their keys.
  func answers(for keys: [ScoreKey]) -> [ModelAnswer?] {
    cache.alignedValues(for: keys).map { value in
      value.flatMap { ModelAnswer(bytes: $0, labels: labels, documents: documents) }
    }
  }

  func store(_ answers: [(key: ScoreKey, answer: ModelAnswer)]) {
    cache.store(answers.compactMap { key, answer in answer.bytes.map { (key, $0) } })
  }
}
