extension JSONValue {
  /// Reads one JSON text (RFC 8259, strictly; UTF-8 without a byte order mark) and nothing after it.
  ///
  /// - Throws: `JSONError` with the place, for any text that is not exactly one value, nests deeper
  ///   than the options allow, or names a member twice.
  public init(parsing text: UnsafeRawBufferPointer, options: JSONParsingOptions = .init())
    throws(JSONError)
  {
    var parser = JSONParser(text, options)
    self = try parser.document()
  }

  /// Reads one JSON text, as the initialiser for raw buffers does.
  public init(parsing text: [UInt8], options: JSONParsingOptions = .init()) throws(JSONError) {
    self = try text.withUnsafeBufferPointer { bytes throws(JSONError) in
      try JSONValue(parsing: UnsafeRawBufferPointer(bytes), options: options)
    }
  }

  /// Reads one JSON text, as the initialiser for raw buffers does.
  public init(parsing text: ArraySlice<UInt8>, options: JSONParsingOptions = .init())
    throws(JSONError)
  {
    self = try text.withUnsafeBufferPointer { bytes throws(JSONError) in
      try JSONValue(parsing: UnsafeRawBufferPointer(bytes), options: options)
    }
  }

  /// Reads one JSON text, as the initialiser for raw buffers does.
  public init(parsing text: String, options: JSONParsingOptions = .init()) throws(JSONError) {
    try self.init(parsing: Array(text.utf8), options: options)
  }
}
