/// The steps of reading a zip archive's directory, each with its refusals.
struct ZipReader {
  let path: String
  let bytes: UnsafeRawBufferPointer

  /// Where the central directory is, and how many files it lists.
  private struct Directory {
    let count: Int
    let bytes: Range<Int>
  }

  /// A file as the central directory describes it.
  private struct Record {
    let name: String
    let nameBytes: Range<Int>
    let flags: Int
    let size: Int
    let checksum: UInt32
    let header: Int
  }

  private static let storedMethod = 0
  private static let encryption = 1 << 0
  private static let descriptor = 1 << 3
  private static let utf8 = 1 << 11
  /// The longest data descriptor: signature, checksum, two sizes of 8 bytes (4.3.9).
  private static let descriptorSizes = [12, 16, 20, 24]

  func entries() throws(CheckpointError) -> [ZipArchive.Entry] {
    let directory = try directory()
    var records: [Record] = []
    var names = Set<String>()
    var place = directory.bytes.lowerBound
    for _ in 0..<directory.count {
      let record = try record(at: &place, end: directory.bytes.upperBound)
      guard names.insert(record.name).inserted else {
        throw malformed("expected each file once, found \(quoted(record.name)) again")
      }
      records.append(record)
    }
    guard place == directory.bytes.upperBound else {
      throw malformed(
        "expected the end of the directory at byte \(place), after its last file, "
          + "found it at byte \(directory.bytes.upperBound)")
    }
    records.sort { $0.header < $1.header }
    var entries: [ZipArchive.Entry] = []
    var end = 0
    for (index, record) in records.enumerated() {
      guard record.header == end else {
        throw malformed(
          "\(quoted(record.name)): expected its header at byte \(end), after the file before it, "
            + "found it at byte \(record.header)")
      }
      let next =
        index + 1 < records.count ? records[index + 1].header : directory.bytes.lowerBound
      let data = try data(of: record, before: next)
      entries.append(
        ZipArchive.Entry(name: record.name, bytes: data, checksum: record.checksum))
      end = next
    }
    return entries
  }

  // MARK: The end records

  private func directory() throws(CheckpointError) -> Directory {
    let endSize = 22
    let place = bytes.count - endSize
    guard place >= 0, number(place, 4) == 0x0605_4B50 else {
      throw malformed(
        "expected a zip archive that ends in its end record of \(endSize) bytes, found none there")
    }
    // 4.3.16; a comment would stand behind the record.
    guard number(place + 20, 2) == 0 else {
      throw malformed("expected a zip archive without a comment, found one")
    }
    let plain = (
      disk: number(place + 4, 2), directoryDisk: number(place + 6, 2),
      countHere: number(place + 8, 2), count: number(place + 10, 2),
      size: number(place + 12, 4), start: number(place + 16, 4)
    )
    guard plain.disk == 0, plain.directoryDisk == 0, plain.countHere == plain.count else {
      throw malformed("expected a zip archive in one part, found one of several")
    }
    let large = try largeEnd(before: place)
    if let large {
      for (found, expected, limit) in [
        (plain.count, large.count, 0xFFFF), (plain.size, large.size, 0xFFFF_FFFF),
        (plain.start, large.start, 0xFFFF_FFFF),
      ] where found != limit && found != expected {
        throw malformed("expected both end records to agree, found \(expected) and \(found)")
      }
    }
    let (count, size, start) =
      large.map { ($0.count, $0.size, $0.start) } ?? (plain.count, plain.size, plain.start)
    let recordsStart = large?.place ?? place
    guard (1...ZipArchive.maximumEntries).contains(count) else {
      throw malformed("expected 1 to \(ZipArchive.maximumEntries) files, found \(count)")
    }
    guard start <= recordsStart, size == recordsStart - start else {
      throw malformed(
        "expected a directory that ends at byte \(recordsStart), before the end record, "
          + "found \(size) bytes from byte \(start)")
    }
    return Directory(count: count, bytes: start..<recordsStart)
  }

  /// The zip64 end record (4.3.14 and 4.3.15); nil where there is none.
  private func largeEnd(
    before place: Int
  ) throws(CheckpointError) -> (count: Int, size: Int, start: Int, place: Int)? {
    let (locatorSize, recordSize) = (20, 56)
    let locator = place - locatorSize
    guard locator >= 0, number(locator, 4) == 0x0706_4B50 else { return nil }
    let record = locator - recordSize
    guard record >= 0, number(record, 4) == 0x0606_4B50,
      number(locator + 4, 4) == 0, number(locator + 8, 8) == record, number(locator + 16, 4) == 1,
      number(record + 4, 8) == recordSize - 12
    else {
      throw malformed(
        "expected a zip64 end record of \(recordSize) bytes before its locator, found none there")
    }
    let count = number(record + 32, 8)
    guard number(record + 16, 4) == 0, number(record + 20, 4) == 0, number(record + 24, 8) == count
    else { throw malformed("expected a zip archive in one part, found one of several") }
    return (count, number(record + 40, 8), number(record + 48, 8), record)
  }

  // MARK: Files

  /// A central header (4.3.12); moves on behind it.
  private func record(at place: inout Int, end: Int) throws(CheckpointError) -> Record {
    let fixed = 46
    guard end - place >= fixed, number(place, 4) == 0x0201_4B50 else {
      throw malformed("expected a file's entry in the directory at byte \(place), found none")
    }
    let flags = number(place + 8, 2)
    let method = number(place + 10, 2)
    var (packedSize, size) = (number(place + 20, 4), number(place + 24, 4))
    let nameCount = number(place + 28, 2)
    let extraCount = number(place + 30, 2)
    let commentCount = number(place + 32, 2)
    var header = number(place + 42, 4)
    guard nameCount + extraCount + commentCount <= end - place - fixed else {
      throw malformed(
        "expected a file's entry that ends before byte \(end), found a longer one at byte \(place)")
    }
    let nameBytes = place + fixed..<place + fixed + nameCount
    let name = try name(nameBytes)
    guard commentCount == 0, number(place + 34, 2) == 0 else {
      throw malformed("\(quoted(name)): expected no comment and no other part, found one")
    }
    try readLargeSizes(
      nameBytes.upperBound..<nameBytes.upperBound + extraCount, name, &size, &packedSize, &header)
    guard flags & ~(Self.descriptor | Self.utf8) == 0 else {
      let found = flags & Self.encryption != 0 ? "an encrypted one" : "flags \(flags)"
      throw malformed("\(quoted(name)): expected a plain file, found \(found)")
    }
    guard method == Self.storedMethod, packedSize == size else {
      throw malformed(
        "\(quoted(name)): expected a stored file, as torch.save writes it, "
          + "found compression method \(method) from \(size) to \(packedSize) bytes")
    }
    let checksum = UInt32(truncatingIfNeeded: number(place + 16, 4))
    place += fixed + nameCount + extraCount
    return Record(
      name: name, nameBytes: nameBytes, flags: flags, size: size, checksum: checksum,
      header: header)
  }

  /// What does not fit 4 bytes stands in an extra field, in this order (4.5.3).
  private func readLargeSizes(
    _ extra: Range<Int>, _ name: String, _ size: inout Int, _ packedSize: inout Int,
    _ header: inout Int
  ) throws(CheckpointError) {
    let limit = 0xFFFF_FFFF
    var place = extra.lowerBound
    var isRead = false
    while extra.upperBound - place >= 4 {
      let (kind, count) = (number(place, 2), number(place + 2, 2))
      place += 4
      guard count <= extra.upperBound - place else {
        throw malformed("\(quoted(name)): expected whole extra fields, found one cut short")
      }
      if kind == 1, !isRead {
        isRead = true
        var (field, rest) = (place, count)
        func next(_ value: inout Int) {
          guard value == limit, rest >= 8 else { return }
          value = number(field, 8)
          field += 8
          rest -= 8
        }
        next(&size)
        next(&packedSize)
        next(&header)
      }
      place += count
    }
    guard place == extra.upperBound, size != limit, packedSize != limit, header != limit,
      max(size, packedSize, header) <= bytes.count
    else {
      throw malformed(
        "\(quoted(name)): expected a size and a place within \(bytes.count) bytes, "
          + "found \(size) from byte \(header)")
    }
  }

  /// A plain path inside the archive.
  private func name(_ range: Range<Int>) throws(CheckpointError) -> String {
    guard (1...ZipArchive.maximumNameBytes).contains(range.count),
      let name = String(validating: bytes[range], as: UTF8.self)
    else {
      throw malformed(
        "expected a name of 1 to \(ZipArchive.maximumNameBytes) bytes of UTF-8 at byte "
          + "\(range.lowerBound), found something else")
    }
    let parts = name.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    let isPlain =
      !name.utf8.contains { $0 < 0x20 || $0 == UInt8(ascii: "\\") || $0 == 0x7F }
      && !parts.contains { $0.isEmpty || $0.elementsEqual(".".utf8) || $0.elementsEqual("..".utf8) }
    guard isPlain else {
      throw malformed("expected the path of a file inside the archive, found \(quoted(name))")
    }
    return name
  }

  /// Where a file's data are, by its local header (4.3.7), which must agree with the directory.
  private func data(of record: Record, before next: Int) throws(CheckpointError) -> Range<Int> {
    let fixed = 30
    let place = record.header
    guard next - place >= fixed, number(place, 4) == 0x0403_4B50 else {
      throw malformed("\(quoted(record.name)): expected its header at byte \(place), found none")
    }
    let nameCount = number(place + 26, 2)
    let start = place + fixed + nameCount + number(place + 28, 2)
    guard start <= next, record.size <= next - start else {
      throw malformed(
        "\(quoted(record.name)): expected \(record.size) bytes before byte \(next), "
          + "found room for \(max(next - start, 0))")
    }
    let agrees =
      number(place + 6, 2) == record.flags && number(place + 8, 2) == Self.storedMethod
      && bytes[place + fixed..<place + fixed + nameCount].elementsEqual(bytes[record.nameBytes])
    guard agrees else {
      throw malformed(
        "\(quoted(record.name)): expected a header at byte \(place) that says what the directory "
          + "says, found another")
    }
    let hasDescriptor = record.flags & Self.descriptor != 0
    // With a descriptor behind the data, the header may leave sizes and checksum out as zeros.
    for (offset, expected) in [(14, Int(record.checksum)), (18, record.size), (22, record.size)] {
      let found = number(place + offset, 4)
      let isLeftOut = found == 0 && hasDescriptor || found == 0xFFFF_FFFF && offset != 14
      guard found == expected || isLeftOut else {
        throw malformed(
          "\(quoted(record.name)): expected \(expected) in its header at byte \(place + offset), "
            + "as in the directory, found \(found)")
      }
    }
    let data = start..<start + record.size
    let rest = next - data.upperBound
    guard hasDescriptor ? Self.descriptorSizes.contains(rest) : rest == 0 else {
      throw malformed(
        "\(quoted(record.name)): expected the next file behind byte \(data.upperBound), "
          + "found \(rest) bytes more")
    }
    return data
  }

  /// A little-endian number of up to 8 bytes; one beyond Int.max, which fits no file, is Int.max.
  ///
  /// - Precondition: The caller has checked that the bytes are there.
  private func number(_ place: Int, _ count: Int) -> Int {
    var value: UInt64 = 0
    for index in (0..<count).reversed() { value = value << 8 | UInt64(bytes[place + index]) }
    return Int(clamping: value)
  }

  private func malformed(_ reason: String) -> CheckpointError {
    .malformed(path: path, reason: reason)
  }
}
