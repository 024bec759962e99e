import Digests
import Synchronization

/// A zip archive of stored files as PyTorch writes it, memory-mapped; every place is checked before
/// anything is read from it.
///
/// Tighter than the format, so that no two readers can see different files in it: it begins with the
/// first file's header and ends with the end record, files follow each other without a gap, both
/// headers of a file agree, nothing is compressed or encrypted, and no name occurs twice or leaves the
/// archive.
///
/// Source: PKWARE's APPNOTE.TXT 6.3.10, by its section numbers below.
struct ZipArchive {
  /// A file of the archive.
  struct Entry {
    let name: String
    /// From the start of the archive.
    let bytes: Range<Int>
    let checksum: UInt32
  }

  /// PyTorch stores one file a tensor, and few others.
  static let maximumEntries = SafetensorsHeader.maximumTensors + 100
  static let maximumNameBytes = 512

  let file: MappedFile
  private let entries: [String: Entry]
  /// In the order of their bytes.
  let names: [String]
  private let sound = SoundFiles()

  /// Reads the directory of an archive.
  init(_ file: MappedFile) throws(CheckpointError) {
    self.file = file
    let reader = ZipReader(path: file.path, bytes: file.bytes)
    let found = try reader.entries()
    names = found.map(\.name)
    entries = Dictionary(found.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// The file of a name; nil if there is none.
  subscript(name: String) -> Entry? { entries[name] }

  /// The bytes of a file, valid for as long as `file` lives; their checksum is compared, once.
  ///
  /// - Precondition: The entry is one of this archive.
  func contents(of entry: Entry) throws(CheckpointError) -> UnsafeRawBufferPointer {
    // In bounds: the reader found the range inside the archive.
    let bytes = UnsafeRawBufferPointer(rebasing: file.bytes[entry.bytes])
    if sound.contains(entry.name) { return bytes }
    var checksum = CRC32()
    checksum.update(bytes)
    guard checksum.value == entry.checksum else {
      throw .malformed(
        path: file.path,
        reason: "\(quoted(entry.name)): expected bytes of checksum \(entry.checksum), "
          + "found \(checksum.value)")
    }
    sound.insert(entry.name)
    return bytes
  }

  /// The names of files whose checksums were found right.
  ///
  /// A class because copies of an archive share them.
  private final class SoundFiles: Sendable {
    private let names = Mutex<Set<String>>([])

    func contains(_ name: String) -> Bool { names.withLock { $0.contains(name) } }

    func insert(_ name: String) { names.withLock { _ = $0.insert(name) } }
  }
}
