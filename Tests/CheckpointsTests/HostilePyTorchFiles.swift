/// A file that must be refused, and words of the refusal.
struct HostileFile: CustomStringConvertible, Sendable {
  let description: String
  let bytes: [UInt8]
  let words: String

  init(_ description: String, pickle: [UInt8], _ words: String) {
    self.init(description, ZipBytes(pickle: pickle).bytes, words)
  }

  init(_ description: String, _ bytes: [UInt8], _ words: String) {
    self.description = description
    self.bytes = bytes
    self.words = words
  }
}

extension HostileFile {
  private static func state(_ value: [UInt8]) -> [UInt8] { Pickle.state(value) }
  private static func opcode(_ bytes: [UInt8]) -> [UInt8] {
    Pickle.proto + bytes + Pickle.stop
  }
  private static let command = Pickle.mark + Pickle.text("touch /tmp/pwned") + Pickle.tuple
  private static let operation = "expected an operation of a state dictionary"
  private static let notAllowed = "which is not allowed"

  static let globals: [HostileFile] = [
    HostileFile(
      "os.system",
      pickle: opcode(Pickle.global("os", "system") + command + Pickle.reduce), "\"os.system\""),
    HostileFile(
      "posix.system", pickle: state(Pickle.call("posix", "system", Pickle.text("id"))), notAllowed),
    HostileFile(
      "builtins.eval", pickle: state(Pickle.call("builtins", "eval", Pickle.text("1"))), notAllowed),
    HostileFile(
      "builtins.exec", pickle: state(Pickle.call("__builtin__", "exec", Pickle.text("1"))),
      notAllowed),
    HostileFile(
      "builtins.getattr",
      pickle: state(
        Pickle.call("builtins", "getattr", Pickle.global("os", "system"), Pickle.text("x"))),
      notAllowed),
    HostileFile(
      "subprocess.Popen", pickle: state(Pickle.call("subprocess", "Popen", Pickle.text("id"))),
      notAllowed),
    HostileFile(
      "operator.attrgetter", pickle: state(Pickle.call("operator", "attrgetter", Pickle.text("x"))),
      notAllowed),
    HostileFile(
      "torch.load", pickle: state(Pickle.call("torch", "load", Pickle.text("x"))), notAllowed),
    HostileFile(
      "a dotted name of an allowed module",
      pickle: state(Pickle.global("torch._utils", "_rebuild_tensor_v2.__globals__")), notAllowed),
    HostileFile(
      "an older way to make a tensor",
      pickle: state(Pickle.call("torch._utils", "_rebuild_tensor", Pickle.storage())), notAllowed),
    HostileFile(
      "a storage of complex numbers",
      pickle: state(Pickle.tensor(Pickle.storage(type: "ComplexFloatStorage"))), notAllowed),
    HostileFile(
      "a global that STACK_GLOBAL assembles",
      pickle: opcode(
        Pickle.text("os") + Pickle.text("system") + [0x93] + command + Pickle.reduce),
      "\"os.system\""),
    HostileFile(
      "STACK_GLOBAL of numbers", pickle: opcode([0x4B, 1, 0x4B, 1, 0x93]), "expected a text"),
    HostileFile(
      "a global without an end", pickle: Pickle.proto + Array("cos".utf8),
      "expected the rest of the pickle"),
    HostileFile(
      "a global of many bytes",
      pickle: opcode(Array(("c" + String(repeating: "a", count: 5000)).utf8)),
      "expected a name of at most 256 bytes"),
  ]

  static let operations: [HostileFile] = [
    HostileFile(
      "a call of what is no global",
      pickle: opcode(Pickle.text("os") + Pickle.emptyTuple + Pickle.reduce),
      "expected a global to call"),
    HostileFile(
      "a call of a call",
      pickle: opcode(Pickle.orderedDictionary + Pickle.emptyTuple + Pickle.reduce),
      "expected a global to call"),
    HostileFile(
      "a call of a storage type",
      pickle: opcode(Pickle.call("torch", "FloatStorage", Pickle.integer(1 << 40))),
      "expected a call that makes"),
    HostileFile(
      "OrderedDict with arguments",
      pickle: opcode(Pickle.call("collections", "OrderedDict", Pickle.emptyDictionary)),
      "without arguments"),
    HostileFile(
      "INST", pickle: opcode(Pickle.mark + Pickle.text("id") + Array("ios\nsystem\n".utf8)),
      operation),
    HostileFile(
      "OBJ", pickle: opcode(Pickle.mark + Pickle.orderedDictionary + Array("o".utf8)), operation),
    HostileFile(
      "NEWOBJ",
      pickle: opcode(
        Pickle.global("collections", "OrderedDict") + Pickle.emptyTuple + [0x81]),
      operation),
    HostileFile("EXT1", pickle: opcode([0x82, 1]), operation),
    HostileFile("EXT2", pickle: opcode([0x83, 1, 0]), operation),
    HostileFile("EXT4", pickle: opcode([0x84, 1, 0, 0, 0]), operation),
    HostileFile("PERSID", pickle: opcode(Array("P../../x\n".utf8)), operation),
    HostileFile("LONG4", pickle: opcode([0x8B, 0xFF, 0xFF, 0xFF, 0x7F]), operation),
    HostileFile("BYTEARRAY8", pickle: opcode([0x96] + littleEndian(1 << 40, 8)), operation),
    HostileFile("POP", pickle: opcode([0x4E, 0x30]), operation),
    HostileFile("DUP", pickle: opcode([0x4E, 0x32]), operation),
    HostileFile(
      "a second PROTO", pickle: opcode([0x80, 2]), "expected protocol 2 to 5 at the start"),
    HostileFile("protocol 99", pickle: [0x80, 99] + Pickle.stop, "expected protocol 2 to 5"),
    HostileFile(
      "a frame that is too long", pickle: opcode([0x95] + littleEndian(-1, 8)), "a frame"),
    HostileFile(
      "an integer of 255 bytes", pickle: opcode([0x8A, 255] + Array(repeating: 1, count: 255)),
      "expected an integer of at most 8 bytes"),
    HostileFile(
      "a text of 2 GB", pickle: opcode(Array("X".utf8) + littleEndian(Int(Int32.max), 4)),
      "expected a text of at most"),
    HostileFile(
      "a text of 2^64 bytes", pickle: opcode([0x8D] + littleEndian(-1, 8)),
      "expected a text of at most"),
    HostileFile("a text that is no UTF-8", pickle: opcode([0x8C, 2, 0xC3, 0x28]), "in UTF-8"),
    HostileFile(
      "BUILD of a tensor",
      pickle: state(Pickle.tensor() + Pickle.emptyDictionary + Pickle.build),
      "expected _metadata as the state"),
    HostileFile(
      "BUILD with another attribute",
      pickle: Pickle.proto + Pickle.orderedDictionary + Pickle.emptyDictionary
        + Pickle.text("__class__") + Pickle.emptyDictionary + Pickle.setItem + Pickle.build
        + Pickle.stop, "expected _metadata as the state"),
    HostileFile(
      "SETITEM on a tensor",
      pickle: opcode(Pickle.tensor() + Pickle.text("a") + Pickle.text("b") + Pickle.setItem),
      "expected a dictionary to set members of"),
    HostileFile(
      "SETITEMS with a key alone",
      pickle: opcode(Pickle.orderedDictionary + Pickle.mark + Pickle.text("a") + Pickle.setItems),
      "expected keys and values"),
    HostileFile(
      "a key that is no text",
      pickle: opcode(Pickle.orderedDictionary + [0x4E, 0x4E] + Pickle.setItem), "expected texts"),
    HostileFile(
      "APPEND to a dictionary", pickle: opcode([0x7D, 0x4E, 0x61]), "expected a list to append to"),
    HostileFile("a tuple without a mark", pickle: opcode(Pickle.tuple), "expected a mark"),
    HostileFile("TUPLE3 of one value", pickle: opcode([0x4E, 0x87]), "expected 3 values before"),
    HostileFile(
      "values below a mark", pickle: opcode([0x4E, 0x28, 0x85]), "expected 1 values before"),
    HostileFile(
      "a mark that is left", pickle: opcode([0x4E, 0x28]), "expected one value at the end"),
    HostileFile("two values", pickle: opcode([0x4E, 0x4E]), "expected one value at the end"),
    HostileFile("nothing", pickle: [0x2E], "expected one value at the end"),
    HostileFile(
      "no STOP", pickle: Pickle.state().dropLast(), "expected the rest of the pickle"),
    HostileFile("more after STOP", pickle: Pickle.state() + [0x4E], "found 1 bytes more"),
    HostileFile("a memo that is not there", pickle: opcode([0x68, 0]), "expected a memo below 0"),
    HostileFile(
      "a memo of number 2^32 − 1", pickle: opcode([0x4E, 0x72, 0xFF, 0xFF, 0xFF, 0xFF]),
      "as the next memo's number"),
    HostileFile("a memo of nothing", pickle: opcode([0x71, 0]), "expected a value before"),
    HostileFile(
      "a dictionary in itself",
      pickle: opcode(
        Pickle.orderedDictionary + [0x71, 0] + Pickle.text("a") + [0x68, 0] + Pickle.setItem),
      "\"a\": expected a tensor, found a dictionary"),
    HostileFile("a text instead of a state", pickle: opcode(Pickle.text("x")), "found a text"),
    HostileFile(
      "the same name twice",
      pickle: Pickle.proto + Pickle.orderedDictionary + Pickle.mark + Pickle.text("w")
        + Pickle.tensor() + Pickle.text("w") + Pickle.tensor() + Pickle.setItems + Pickle.stop,
      "expected each name once"),
  ]

  static let tensors: [HostileFile] = [
    HostileFile(
      "a storage that is not there", pickle: state(Pickle.tensor(Pickle.storage(key: "1"))),
      "storage \"1\": expected a file in the archive"),
    HostileFile(
      "a storage outside of the archive",
      pickle: state(Pickle.tensor(Pickle.storage(key: "../../../etc/passwd"))),
      "expected a file in the archive"),
    HostileFile(
      "a storage of one number too many", pickle: state(Pickle.tensor(Pickle.storage(count: 7))),
      "expected 24 bytes"),
    HostileFile(
      "a storage of one number too few", pickle: state(Pickle.tensor(Pickle.storage(count: 5))),
      "expected 24 bytes"),
    HostileFile(
      "a storage of −1 numbers", pickle: state(Pickle.tensor(Pickle.storage(count: -1))),
      "expected 24 bytes"),
    HostileFile(
      "a storage whose size overflows",
      pickle: state(Pickle.tensor(Pickle.storage(count: 1 << 62 | 6))), "expected 24 bytes"),
    HostileFile(
      "a storage of wider numbers",
      pickle: state(Pickle.tensor(Pickle.storage(type: "DoubleStorage"))), "expected 24 bytes"),
    HostileFile(
      "a persistent id that is a text",
      pickle: state(Pickle.tensor(Pickle.text("storage") + Pickle.persistentID)),
      "expected a tuple as a storage"),
    HostileFile(
      "a persistent id of two parts",
      pickle: state(
        Pickle.tensor(
          Pickle.tuple(Pickle.text("storage"), Pickle.text("0")) + Pickle.persistentID)),
      "expected a storage's type"),
    HostileFile(
      "a persistent id of another kind",
      pickle: state(
        Pickle.tensor(
          Pickle.tuple(
            Pickle.text("module"), Pickle.global("torch", "FloatStorage"), Pickle.text("0"),
            Pickle.text("cpu"), Pickle.integer(6)) + Pickle.persistentID)),
      "expected a storage's type"),
    HostileFile("an offset of one", pickle: state(Pickle.tensor(offset: 1)), "within the 6 stored"),
    HostileFile("an offset of −1", pickle: state(Pickle.tensor(offset: -1)), "within the 6 stored"),
    HostileFile(
      "an offset of 2^63 − 1", pickle: state(Pickle.tensor(offset: .max)), "within the 6 stored"),
    HostileFile(
      "a stride that is too long", pickle: state(Pickle.tensor(strides: [4, 1])),
      "within the 6 stored"),
    HostileFile(
      "a negative stride", pickle: state(Pickle.tensor(offset: 5, strides: [-3, -1])),
      "within the 6 stored"),
    HostileFile(
      "strides that overflow", pickle: state(Pickle.tensor(strides: [.max, .max])),
      "within the 6 stored"),
    HostileFile(
      "strides whose sum comes back",
      pickle: state(
        Pickle.tensor(size: [3, 3], strides: [.max, 1])),
      "within the 6 stored"),
    HostileFile(
      "a number repeated 2^40 times",
      pickle: state(Pickle.tensor(size: [1 << 40], strides: [0])),
      "expected at most the 6 numbers stored"),
    HostileFile(
      "a negative size", pickle: state(Pickle.tensor(size: [-2, -3])),
      "expected dimensions from 0 to 2^48"),
    HostileFile(
      "a size that overflows",
      pickle: state(Pickle.tensor(size: [1 << 40, 1 << 40], strides: [0, 0])),
      "expected dimensions from 0 to 2^48"),
    HostileFile(
      "a size beyond all", pickle: state(Pickle.tensor(size: [1 << 62, 0])),
      "expected dimensions from 0 to 2^48"),
    HostileFile(
      "fewer strides than dimensions", pickle: state(Pickle.tensor(strides: [1])),
      "as many strides"),
    HostileFile(
      "nine dimensions",
      pickle: state(
        Pickle.tensor(
          size: Array(repeating: 1, count: 9), strides: Array(repeating: 1, count: 9))),
      "at most 8 dimensions"),
    HostileFile(
      "a size that is no tuple",
      pickle: state(
        Pickle.call(
          "torch._utils", "_rebuild_tensor_v2", Pickle.storage(), Pickle.integer(0),
          Pickle.integer(6), Pickle.integer(1), Pickle.no, Pickle.orderedDictionary)),
      "expected a tuple as a tensor's size"),
    HostileFile(
      "a tensor of no storage", pickle: state(Pickle.tensor(Pickle.text("0"))),
      "expected _rebuild_tensor_v2 of a storage"),
    HostileFile(
      "a tensor with metadata",
      pickle: state(
        Pickle.tensor(
          rest: Pickle.emptyDictionary + Pickle.text("conj") + [0x88] + Pickle.setItem)),
      "without metadata"),
    HostileFile(
      "a parameter of a text",
      pickle: state(
        Pickle.call(
          "torch._utils", "_rebuild_parameter", Pickle.text("x"), Pickle.no,
          Pickle.orderedDictionary)),
      "expected _rebuild_parameter of a tensor"),
    HostileFile(
      "bytes without a type",
      pickle: state(
        Pickle.tensor(
          Pickle.tuple(
            Pickle.text("storage"), Pickle.global("torch.storage", "UntypedStorage"),
            Pickle.text("0"), Pickle.text("cpu"), Pickle.integer(24)) + Pickle.persistentID)),
      "expected one type of its numbers"),
  ]

  private static let zip = ZipBytes()

  static let archives: [HostileFile] = [
    HostileFile("an empty archive", zip.with { $0.files = [] }, "expected a zip archive"),
    HostileFile("7z", [0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C] + zip.bytes, "found something else"),
    HostileFile("something before", zip.with { $0.prefix = [0x2E] }, "found something else"),
    HostileFile(
      "another archive before", zip.bytes + zip.with { $0.prefix = zip.bytes }, "expected"),
    HostileFile("a comment", zip.with { $0.comment = [0x20] }, "expected a zip archive that ends"),
    HostileFile("something behind", zip.bytes + [0], "expected a zip archive that ends"),
    HostileFile("several parts", zip.with { $0.end = [(4, 1)] }, "in one part"),
    HostileFile(
      "one file too many", zip.with { $0.end = [(8, 5), (10, 5)] }, "expected a file's entry"),
    HostileFile(
      "one file too few", zip.with { $0.end = [(8, 3), (10, 3)] }, "the end of the directory"),
    HostileFile(
      "a directory elsewhere", zip.with { $0.end = [(16, 1)] }, "expected a directory that ends"),
    HostileFile(
      "a directory of another size", zip.with { $0.end = [(12, 1)] }, "a directory that ends"),
    HostileFile("a deflated file", zip.with { $0.files[2].method = 8 }, "expected a stored file"),
    HostileFile(
      "a deflate bomb",
      zip.with {
        $0.files[2].method = 8; $0.files[2].size = 0x7FFF_FFFF
      }, "expected"),
    HostileFile("an encrypted file", zip.with { $0.files[2].flags = 1 }, "an encrypted one"),
    HostileFile("a patch", zip.with { $0.files[2].flags = 1 << 5 }, "expected a plain file"),
    HostileFile(
      "two sizes", zip.with { $0.files[2].packedSize = 20 }, "expected a stored file"),
    HostileFile(
      "a file that is too long",
      zip.with {
        $0.files[3].size = 2000; $0.files[3].packedSize = 2000
      }, "expected"),
    HostileFile(
      "a file of 4 GB without its large size",
      zip.with {
        $0.files[2].size = 0xFFFF_FFFF; $0.files[2].packedSize = 0xFFFF_FFFF
      },
      "expected a size and a place within"),
    HostileFile(
      "a large size beyond all",
      zip.with {
        $0.files[2].size = 0xFFFF_FFFF
        $0.files[2].packedSize = 0xFFFF_FFFF
        $0.files[2].extra =
          littleEndian(1, 2) + littleEndian(16, 2) + littleEndian(-1, 8)
          + littleEndian(-1, 8)
      }, "expected a size and a place within"),
    HostileFile(
      "an extra field that is too long",
      zip.with { $0.files[2].extra = littleEndian(1, 2) + littleEndian(99, 2) },
      "expected whole extra fields"),
    HostileFile(
      "two files in one place", zip.with { $0.files[2].header = 0 }, "expected its header"),
    HostileFile(
      "a file of another's name",
      zip.with { $0.files[2].localName = "m/data/1" }, "that says what the directory says"),
    HostileFile("a gap between files", zip.with { $0.gap = [0x2E] }, "1 bytes more"),
    HostileFile(
      "a name twice",
      zip.with { $0.files.append($0.files[0]) }, "expected each file once"),
    HostileFile(
      "a path upwards", zip.with { $0.files[2].name = "m/../../data/0" }, "inside the archive"),
    HostileFile(
      "a path from the root", zip.with { $0.files[2].name = "/m/data/0" }, "inside the archive"),
    HostileFile(
      "a path of Windows", zip.with { $0.files[2].name = "m\\data\\0" }, "inside the archive"),
    HostileFile(
      "a name with NUL", zip.with { $0.files[2].name = "m/data/0\0.txt" }, "inside the archive"),
    HostileFile("a folder", zip.with { $0.files[2].name = "m/data/" }, "inside the archive"),
    HostileFile("no name", zip.with { $0.files[2].name = "" }, "expected a name of 1 to"),
    HostileFile(
      "a long name",
      zip.with { $0.files[2].name = "m/" + String(repeating: "x", count: 600) },
      "expected a name of 1 to"),
    HostileFile(
      "two folders", zip.with { $0.files[2].name = "n/data/0" }, "every file in one folder"),
    HostileFile("no folder", zip.with { $0.files[2].name = "0" }, "every file in one folder"),
    HostileFile("no pickle", zip.with { $0.files[0].name = "m/data.pki" }, "expected data.pkl"),
    HostileFile("no version", zip.with { $0.files[3].name = "m/versions" }, "expected version"),
    HostileFile(
      "version 11", zip.with { $0.files[3].bytes = Array("11\n".utf8) }, "expected 1 to 10"),
    HostileFile(
      "big-endian", zip.with { $0.files[1].bytes = Array("big".utf8) }, "expected little"),
    HostileFile("a pickle of another checksum", zip.with { $0.files[0].checksum = 1 }, "checksum"),
  ]

  static let all = globals + operations + tensors + archives
}
