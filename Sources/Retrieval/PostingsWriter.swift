/// Writes terms with their postings in blocks, in the order in which they come.
struct PostingsWriter {
  private let terms: IndexFileWriter
  private let words: IndexFileWriter
  private let blocks: IndexFileWriter
  private let postings: IndexFileWriter
  private let lengthCodes: [UInt8]

  private(set) var termCount = 0
  private(set) var blockCount = 0

  // The term being written.
  private var entry: TermEntry
  private var previousDocument: Int = -1
  private var gaps: [UInt32] = []
  private var frequencies: [UInt32] = []
  private var impacts = Impacts()
  private var packed: [UInt8] = []

  /// - Parameter lengths: Each document's.
  init(_ directory: IndexDirectoryWriter<IndexFile>, lengths: [UInt32]) throws(RetrievalError) {
    terms = try directory.file(.terms)
    words = try directory.file(.words)
    blocks = try directory.file(.blocks)
    postings = try directory.file(.postings)
    lengthCodes = lengths.map(LengthCode.code)
    entry = TermEntry(
      wordOffset: 0, firstBlock: 0, documentFrequency: 0, impacts: Impacts(), postingsOffset: 0)
    gaps.reserveCapacity(BlockEntry.postings)
    frequencies.reserveCapacity(BlockEntry.postings)
  }

  /// Adds a posting of the term being written; documents ascend.
  mutating func append(document: UInt32, frequency: UInt32) throws(RetrievalError) {
    gaps.append(UInt32(Int(document) - previousDocument - 1))
    frequencies.append(frequency - 1)
    impacts.add(frequency: frequency, lengthCode: lengthCodes[Int(document)])
    previousDocument = Int(document)
    entry.documentFrequency += 1
    if gaps.count == BlockEntry.postings { try writeBlock() }
  }

  /// Ends a term: all postings since the last one are its.
  mutating func endTerm(_ word: [UInt8]) throws(RetrievalError) {
    if !gaps.isEmpty { try writeBlock() }
    try entry.write(to: terms)
    try words.write(word)
    termCount += 1
    try startTerm()
  }

  /// Ends all files.
  mutating func finish() throws(RetrievalError) -> [IndexFile: IndexHeader.File] {
    try entry.write(to: terms)
    return [
      .terms: try terms.finish(), .words: try words.finish(), .blocks: try blocks.finish(),
      .postings: try postings.finish(),
    ]
  }

  private mutating func startTerm() throws(RetrievalError) {
    guard let wordOffset = UInt32(exactly: words.count),
      let firstBlock = UInt32(exactly: blockCount)
    else { throw .unusableCorpus(reason: "expected at most 4 GB of distinct words, found more") }
    entry = TermEntry(
      wordOffset: wordOffset, firstBlock: firstBlock, documentFrequency: 0, impacts: Impacts(),
      postingsOffset: UInt64(postings.count))
    previousDocument = -1
  }

  private mutating func writeBlock() throws(RetrievalError) {
    let documentWidth = BitPacking.width(of: gaps[...])
    let frequencyWidth = BitPacking.width(of: frequencies[...])
    guard let offset = UInt32(exactly: postings.count - Int(entry.postingsOffset)) else {
      throw .unusableCorpus(reason: "expected at most 4 GB of postings for a term, found more")
    }
    let block = BlockEntry(
      lastDocument: UInt32(previousDocument), offset: offset, impacts: impacts,
      documentWidth: UInt8(documentWidth), frequencyWidth: UInt8(frequencyWidth))
    try block.write(to: blocks)
    BitPacking.pack(gaps[...], width: documentWidth, into: &packed)
    BitPacking.pack(frequencies[...], width: frequencyWidth, into: &packed)
    try postings.write(packed)
    entry.impacts.add(impacts)
    blockCount += 1
    impacts = Impacts()
    packed.removeAll(keepingCapacity: true)
    gaps.removeAll(keepingCapacity: true)
    frequencies.removeAll(keepingCapacity: true)
  }
}
