import Digests

/// A pickle, piece by piece; codes as in Python's pickletools.py.
enum Pickle {
  static let proto: [UInt8] = [0x80, 2]
  static let stop = Array(".".utf8)
  static let mark = Array("(".utf8)
  static let tuple = Array("t".utf8)
  static let emptyTuple = Array(")".utf8)
  static let reduce = Array("R".utf8)
  static let build = Array("b".utf8)
  static let setItem = Array("s".utf8)
  static let setItems = Array("u".utf8)
  static let persistentID = Array("Q".utf8)
  static let no: [UInt8] = [0x89]
  static let emptyDictionary = Array("}".utf8)

  static func global(_ module: String, _ name: String) -> [UInt8] {
    Array("c\(module)\n\(name)\n".utf8)
  }

  static func text(_ text: String) -> [UInt8] {
    Array("X".utf8) + littleEndian(text.utf8.count, 4) + Array(text.utf8)
  }

  /// LONG1 of 8 bytes.
  static func integer(_ value: Int) -> [UInt8] { [0x8A, 8] + littleEndian(value, 8) }

  static func tuple(_ parts: [UInt8]...) -> [UInt8] { mark + parts.flatMap(\.self) + tuple }

  static func call(_ module: String, _ name: String, _ arguments: [UInt8]...) -> [UInt8] {
    global(module, name) + mark + arguments.flatMap(\.self) + tuple + reduce
  }

  static let orderedDictionary = global("collections", "OrderedDict") + emptyTuple + reduce

  static func storage(
    type: String = "FloatStorage", key: String = "0", count: Int = 6
  ) -> [UInt8] {
    tuple(text("storage"), global("torch", type), text(key), text("cpu"), integer(count))
      + persistentID
  }

  static func tensor(
    _ storage: [UInt8] = storage(), offset: Int = 0, size: [Int] = [2, 3], strides: [Int] = [3, 1],
    rest: [UInt8] = []
  ) -> [UInt8] {
    call(
      "torch._utils", "_rebuild_tensor_v2", storage, integer(offset),
      mark + size.flatMap(integer) + tuple, mark + strides.flatMap(integer) + tuple, no,
      orderedDictionary, rest)
  }

  /// A state dictionary of one tensor `w`.
  static func state(_ value: [UInt8] = tensor(), name: String = "w") -> [UInt8] {
    proto + orderedDictionary + mark + text(name) + value + setItems + stop
  }
}

func littleEndian(_ value: Int, _ count: Int) -> [UInt8] {
  (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
}

/// A stored zip archive as torch.save writes it, and what can be wrong with one.
struct ZipBytes {
  struct File {
    var name: String
    var bytes: [UInt8]
    var method = 0
    var flags = 0
    /// What the directory says instead of the truth.
    var checksum: UInt32?
    var size: Int?
    var packedSize: Int?
    var header: Int?
    var extra: [UInt8] = []
    /// What the local header says instead of the name.
    var localName: String?
  }

  var files: [File]
  /// Changes to the end record: its offset and a byte.
  var end: [(offset: Int, byte: UInt8)] = []
  var comment: [UInt8] = []
  var prefix: [UInt8] = []
  var gap: [UInt8] = []

  /// The files of a checkpoint whose storage `0` holds six floats.
  init(pickle: [UInt8] = Pickle.state()) {
    files = [
      File(name: "m/data.pkl", bytes: pickle),
      File(name: "m/byteorder", bytes: Array("little".utf8)),
      File(name: "m/data/0", bytes: (0..<24).map { UInt8($0) }),
      File(name: "m/version", bytes: Array("3\n".utf8)),
    ]
  }

  var bytes: [UInt8] {
    var archive = prefix
    var directory: [UInt8] = []
    for file in files {
      var checksum = CRC32()
      checksum.update(file.bytes[...])
      let sum = littleEndian(Int(file.checksum ?? checksum.value), 4)
      let sizes =
        littleEndian(file.packedSize ?? file.bytes.count, 4)
        + littleEndian(file.size ?? file.bytes.count, 4)
      let kind = littleEndian(file.flags, 2) + littleEndian(file.method, 2) + [0, 0, 0, 0]
      let header = file.header ?? archive.count
      let localName = Array((file.localName ?? file.name).utf8)
      archive += Array("PK\u{3}\u{4}".utf8) + [0, 0] + kind + sum
      archive += sizes + littleEndian(localName.count, 2) + [0, 0] + localName + file.bytes + gap
      directory += Array("PK\u{1}\u{2}".utf8) + [0, 0, 0, 0] + kind + sum + sizes
      directory += littleEndian(file.name.utf8.count, 2) + littleEndian(file.extra.count, 2)
      directory += [UInt8](repeating: 0, count: 10) + littleEndian(header, 4)
      directory += Array(file.name.utf8) + file.extra
    }
    var last = Array("PK\u{5}\u{6}".utf8) + [0, 0, 0, 0]
    last += littleEndian(files.count, 2) + littleEndian(files.count, 2)
    last += littleEndian(directory.count, 4) + littleEndian(archive.count, 4)
    last += littleEndian(comment.count, 2)
    for (offset, byte) in end { last[offset] = byte }
    return archive + directory + last + comment
  }

  /// The archive after a change.
  func with(_ change: (inout ZipBytes) -> Void) -> [UInt8] {
    var changed = self
    change(&changed)
    return changed.bytes
  }
}
