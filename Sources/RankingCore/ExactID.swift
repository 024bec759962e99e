/// An identifier that is equal to another only byte by byte, and ordered by its bytes.
///
/// Swift holds "é" as one scalar and as two to be equal, and orders texts accordingly; files of
/// runs, judgements and corpora do not.
package struct ExactID: Hashable, Sendable {
  package let text: String

  package init(_ text: String) {
    self.text = text
  }

  package static func == (left: ExactID, right: ExactID) -> Bool {
    left.text.utf8.elementsEqual(right.text.utf8)
  }

  package func hash(into hasher: inout Hasher) {
    let hashed: Void? = text.utf8.withContiguousStorageIfAvailable {
      hasher.combine(bytes: UnsafeRawBufferPointer($0))
    }
    if hashed == nil {
      for byte in text.utf8 { hasher.combine(byte) }
    }
    hasher.combine(UInt8.max)
  }
}

extension ExactID: Comparable {
  /// As C's `strcmp` on UTF-8, and as Python compares strings.
  package static func < (left: ExactID, right: ExactID) -> Bool {
    let fast = left.text.utf8.withContiguousStorageIfAvailable { left in
      right.text.utf8.withContiguousStorageIfAvailable { left.lexicographicallyPrecedes($0) }
    }
    return (fast ?? nil) ?? left.text.utf8.lexicographicallyPrecedes(right.text.utf8)
  }
}
