/// Walks over the postings of one term, forwards, and decodes only blocks that are looked at.
struct PostingsCursor {
  let weight: Double
  let documentFrequency: Int
  /// At least the share of any of the postings.
  let bound: Double

  private let index: BM25Index
  private let blocks: Range<Int>
  private let postingsOffset: Int
  /// Room for one block's documents and frequencies; the search owns it.
  private let documents: UnsafeMutablePointer<UInt32>
  private let frequencies: UnsafeMutablePointer<UInt32>

  /// The block that is looked at; the range's end at the end.
  private var block: Int
  private var decodedDocuments = -1
  private var decodedFrequencies = -1
  private var count = 0
  private var position = 0
  private var boundedBlock = -1
  private var blockBound = 0.0

  /// Numbers that a cursor needs room for.
  static let room = 2 * BlockEntry.postings

  /// - Parameter room: Room for `Self.room` numbers, which outlives the cursor.
  init(
    _ index: BM25Index, _ entry: TermEntry, _ blocks: Range<Int>, weight: Double,
    weights: BM25Weights, room: UnsafeMutablePointer<UInt32>
  ) {
    self.index = index
    self.weight = weight
    self.blocks = blocks
    documentFrequency = Int(entry.documentFrequency)
    bound = weights.bound(weight: weight, entry.impacts)
    // The index has checked that it is inside.
    postingsOffset = Int(clamping: entry.postingsOffset)
    documents = room
    frequencies = room + BlockEntry.postings
    block = blocks.lowerBound
  }

  var isAtEnd: Bool { block == blocks.upperBound }

  /// A document that none of the postings ahead is before; a number beyond all at the end.
  var earliestDocument: Int {
    if isAtEnd { return .max }
    if decodedDocuments == block, position < count { return Int(documents[position]) }
    return block == blocks.lowerBound ? 0 : lastDocument(of: block - 1) + 1
  }

  /// At least the share of each posting in a range of documents; 0 if there are none.
  ///
  /// Goes to the block of the range's first document.
  mutating func bound(in range: Range<Int>, _ weights: BM25Weights) -> Double {
    seekBlock(of: range.lowerBound)
    var bound = 0.0
    var next = block
    while next < blocks.upperBound {
      bound = max(bound, weights.bound(weight: weight, entry(next).impacts))
      if lastDocument(of: next) >= range.upperBound - 1 { break }
      next += 1
    }
    return bound
  }

  /// At least the share of a document's posting: a closer bound than the term's own, without decoding.
  ///
  /// Goes to the document's block; documents must ascend from call to call.
  mutating func bound(of document: Int, _ weights: BM25Weights) -> Double {
    seekBlock(of: document)
    guard !isAtEnd else { return 0 }
    if boundedBlock != block {
      boundedBlock = block
      blockBound = weights.bound(weight: weight, entry(block).impacts)
    }
    return blockBound
  }

  /// The share of a document's posting; 0 if it has none.
  ///
  /// Documents must ascend from call to call.
  mutating func share(
    of document: Int, _ weights: BM25Weights
  ) throws(RetrievalError) -> Double {
    seekBlock(of: document)
    guard !isAtEnd else { return 0 }
    try decodeDocuments()
    let wanted = UInt32(truncatingIfNeeded: document)
    while position < count, documents[position] < wanted { position += 1 }
    guard position < count, documents[position] == wanted else { return 0 }
    try decodeFrequencies()
    return weights.share(
      weight: weight, frequency: frequencies[position], length: length(of: document))
  }

  /// Adds the shares of all postings in a range to the sums of their documents.
  ///
  /// - Parameters:
  ///   - sums: One for each document of the range.
  ///   - touched: A bit for each document of the range; set for those that have a posting.
  mutating func add(
    in range: Range<Int>, to sums: UnsafeMutablePointer<Double>,
    touched: UnsafeMutablePointer<UInt64>, _ weights: BM25Weights
  ) throws(RetrievalError) {
    seekBlock(of: range.lowerBound)
    let lower = UInt32(truncatingIfNeeded: range.lowerBound)
    let upper = UInt32(truncatingIfNeeded: range.upperBound)
    let lengths = index.lengths
    while !isAtEnd {
      try decodeDocuments()
      try decodeFrequencies()
      while position < count, documents[position] < lower { position += 1 }
      while position < count {
        let document = documents[position]
        guard document < upper else { return }
        // Inside: lower ≤ document < upper, and the decoder has checked the document's number.
        let place = Int(document &- lower)
        sums[place] += weights.share(
          weight: weight, frequency: frequencies[position],
          length: lengths.number(at: Int(document) &* 4))
        touched[place >> 6] |= 1 << UInt64(place & 63)
        position &+= 1
      }
      block += 1
    }
  }

  // MARK: Blocks

  private func entry(_ block: Int) -> BlockEntry {
    // Inside: the index has checked the range of the blocks.
    BlockEntry(index.blocks, at: block * BlockEntry.byteCount)
  }

  @inline(__always)
  private func lastDocument(of block: Int) -> Int {
    Int(index.blocks.number(at: block &* BlockEntry.byteCount) as UInt32)
  }

  private func length(of document: Int) -> UInt32 {
    // Inside: only documents that the decoder has checked are asked for.
    index.lengths.number(at: document * 4)
  }

  /// Goes forwards to the first block whose last document is not before `document`.
  private mutating func seekBlock(of document: Int) {
    guard !isAtEnd, lastDocument(of: block) < document else { return }
    // Steps double until one is too far; then the place is between the last two.
    var step = 1
    while block + step < blocks.upperBound, lastDocument(of: block + step) < document {
      block += step
      step *= 2
    }
    var low = block + 1
    var high = min(block + step, blocks.upperBound)
    while low < high {
      let middle = (low + high) / 2
      if lastDocument(of: middle) < document {
        low = middle + 1
      } else {
        high = middle
      }
    }
    block = low
  }

  private mutating func decodeDocuments() throws(RetrievalError) {
    guard decodedDocuments != block else { return }
    let entry = entry(block)
    let count = postingsCount(of: block)
    let width = Int(entry.documentWidth)
    let start = postingsOffset + Int(entry.offset)
    let before = block == blocks.lowerBound ? -1 : lastDocument(of: block - 1)
    let last = Int(entry.lastDocument)
    guard width <= 32, entry.frequencyWidth <= 32, last < index.documentCount,
      start + payload(count, entry) <= index.postings.count,
      let base = index.postings.baseAddress
    else { throw index.corrupt(.blocks, "expected the postings of a block, found them outside") }
    // Inside: the payload is, and the file's padding is behind it.
    BitPacking.unpack(base + start, count: count, width: width, into: documents)
    var document = before
    for place in 0..<count {
      document &+= Int(documents[place]) &+ 1
      documents[place] = UInt32(truncatingIfNeeded: document)
    }
    // Gaps are not negative: if the last document is right, all are in the collection.
    guard document == last else {
      throw index.corrupt(.postings, "expected the documents of a block to end at \(last)")
    }
    self.count = count
    position = 0
    decodedDocuments = block
  }

  private mutating func decodeFrequencies() throws(RetrievalError) {
    guard decodedFrequencies != block, let base = index.postings.baseAddress else { return }
    let entry = entry(block)
    let start =
      postingsOffset + Int(entry.offset)
      + BitPacking.byteCount(count, width: Int(entry.documentWidth))
    // Inside: decoding the documents has checked the payload.
    BitPacking.unpack(
      base + start, count: count, width: Int(entry.frequencyWidth), into: frequencies)
    for place in 0..<count { frequencies[place] &+= 1 }
    decodedFrequencies = block
  }

  private func payload(_ count: Int, _ entry: BlockEntry) -> Int {
    BitPacking.byteCount(count, width: Int(entry.documentWidth))
      + BitPacking.byteCount(count, width: Int(entry.frequencyWidth))
  }

  private func postingsCount(of block: Int) -> Int {
    block + 1 < blocks.upperBound
      ? BlockEntry.postings
      : documentFrequency - (blocks.count - 1) * BlockEntry.postings
  }
}
