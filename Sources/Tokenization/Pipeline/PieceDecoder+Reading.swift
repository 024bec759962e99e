extension PieceDecoder {
  /// The decoder that a file describes.
  init(_ value: FileValue) throws {
    let type = try value.member("type")
    switch try type.string() {
    case "Sequence":
      try value.checkKeys(["type", "decoders"])
      self = .sequence(try value.member("decoders").elements().map(PieceDecoder.init))
    // Its settings only say how text became bytes.
    case "ByteLevel": self = .byteLevel
    case "Metaspace": self = .metaspace(try Metaspace(value))
    case "WordPiece":
      try value.checkKeys(["type", "prefix", "cleanup"])
      self = .wordPiece(
        continuation: Array(try value.member("prefix").string().utf8),
        cleansUp: try value.flag("cleanup", or: true))
    case "BPEDecoder":
      try value.checkKeys(["type", "suffix"])
      self = .ending(Array(try value.member("suffix").string().utf8))
    case "ByteFallback": self = .byteFallback
    case "Fuse": self = .fuse
    case "Strip":
      try value.checkKeys(["type", "content", "start", "stop"])
      self = .strip(
        Array(try value.member("content").string().utf8),
        start: try value.member("start").int(in: 0...1000),
        end: try value.member("stop").int(in: 0...1000))
    case "Replace":
      try value.checkKeys(["type", "pattern", "content"])
      self = .replace(
        try TextPattern(try value.member("pattern")),
        with: Array(try value.member("content").string().utf8))
    default:
      throw type.failure(
        expected: "Sequence, ByteLevel, Metaspace, WordPiece, BPEDecoder, ByteFallback, Fuse, "
          + "Strip or Replace")
    }
  }
}
