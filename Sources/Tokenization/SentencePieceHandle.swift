import CSentencePiece

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A model loaded into libsentencepiece; released exactly once.
struct SentencePieceHandle: ~Copyable {
  private let model: OpaquePointer

  /// Loads a checked model.
  ///
  /// - Throws: `TokenizerError.malformed` with the library's own words.
  init(_ bytes: [UInt8], path: String) throws {
    var reason = [CChar](repeating: 0, count: 512)
    let loaded = bytes.withUnsafeBytes { bytes in
      // Both buffers are passed with their own lengths.
      reason.withUnsafeMutableBufferPointer { reason -> OpaquePointer? in
        guard let start = bytes.baseAddress, let text = reason.baseAddress else { return nil }
        return csentencepiece_load(start, bytes.count, text, reason.count)
      }
    }
    guard let loaded else {
      let text = String(
        decoding: reason.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
      throw TokenizerError.malformed(
        path: path, reason: "expected a SentencePiece model, found one that is refused: \(text)")
    }
    model = loaded
  }

  deinit { csentencepiece_release(model) }

  var pieceCount: Int { Int(csentencepiece_piece_count(model)) }
  var unknownID: TokenID { csentencepiece_unknown_id(model) }
  var beginningID: TokenID { csentencepiece_beginning_id(model) }
  var endID: TokenID { csentencepiece_end_id(model) }
  var paddingID: TokenID { csentencepiece_padding_id(model) }

  func isControl(_ id: TokenID) -> Bool { csentencepiece_is_control(model, id) }

  /// The text of a piece; nil out of range.
  func piece(_ id: TokenID) -> String? {
    var count = 0
    guard let start = csentencepiece_piece(model, id, &count) else { return nil }
    return start.withMemoryRebound(to: UInt8.self, capacity: count) {
      // The library returns the piece's own length with its start.
      String(decoding: UnsafeBufferPointer(start: $0, count: count), as: UTF8.self)
    }
  }

  /// The id of a piece; the unknown id if the vocabulary lacks it.
  func id(of piece: String) -> TokenID {
    var piece = piece
    return piece.withUTF8 { bytes in
      bytes.withMemoryRebound(to: CChar.self) {
        csentencepiece_id(model, $0.baseAddress, $0.count)
      }
    }
  }

  /// The tokens of a text, appended.
  ///
  /// - Parameter text: UTF-8.
  func encode(_ text: UnsafeBufferPointer<UInt8>, into tokens: inout [TokenID]) {
    var ids: UnsafeMutablePointer<Int32>?
    var count = 0
    let succeeded = text.withMemoryRebound(to: CChar.self) {
      csentencepiece_encode(model, $0.baseAddress, $0.count, &ids, &count)
    }
    defer { free(ids) }
    // The model is loaded and the text UTF-8, so only memory can run out.
    precondition(succeeded, "SentencePiece could not encode \(text.count) bytes")
    // The library returns the array's own length with its start.
    tokens.append(contentsOf: UnsafeBufferPointer(start: ids, count: count))
  }

  /// The text of some tokens, each of which must be a piece.
  func decode(_ tokens: [TokenID]) -> String {
    var text: UnsafeMutablePointer<CChar>?
    var count = 0
    let succeeded = tokens.withUnsafeBufferPointer {
      csentencepiece_decode(model, $0.baseAddress, $0.count, &text, &count)
    }
    defer { free(text) }
    precondition(succeeded, "SentencePiece could not decode \(tokens.count) tokens")
    return text?.withMemoryRebound(to: UInt8.self, capacity: count) {
      // The library returns the text's own length with its start.
      String(decoding: UnsafeBufferPointer(start: $0, count: count), as: UTF8.self)
    } ?? ""
  }
}
