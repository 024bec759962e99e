/// What bounds the scores of some postings, for any k1 and b: the largest term frequency, and the
/// shortest documents that have the term once, twice, and more often.
struct Impacts {
  /// 255 stands for that many and more.
  var maximumFrequency: UInt8 = 0
  /// `LengthCode`s of the shortest document for frequency 1, 2, and 3 or more.
  var shortestOnce: UInt8 = 255
  var shortestTwice: UInt8 = 255
  var shortestMore: UInt8 = 255

  mutating func add(frequency: UInt32, lengthCode: UInt8) {
    maximumFrequency = max(maximumFrequency, UInt8(min(frequency, 255)))
    switch frequency {
    case 1: shortestOnce = min(shortestOnce, lengthCode)
    case 2: shortestTwice = min(shortestTwice, lengthCode)
    default: shortestMore = min(shortestMore, lengthCode)
    }
  }

  mutating func add(_ other: Impacts) {
    maximumFrequency = max(maximumFrequency, other.maximumFrequency)
    shortestOnce = min(shortestOnce, other.shortestOnce)
    shortestTwice = min(shortestTwice, other.shortestTwice)
    shortestMore = min(shortestMore, other.shortestMore)
  }
}

extension Impacts {
  /// The four bytes, in the order of their members.
  var packed: UInt32 {
    UInt32(maximumFrequency) | UInt32(shortestOnce) << 8 | UInt32(shortestTwice) << 16
      | UInt32(shortestMore) << 24
  }

  init(packed: UInt32) {
    maximumFrequency = UInt8(truncatingIfNeeded: packed)
    shortestOnce = UInt8(truncatingIfNeeded: packed >> 8)
    shortestTwice = UInt8(truncatingIfNeeded: packed >> 16)
    shortestMore = UInt8(truncatingIfNeeded: packed >> 24)
  }
}
