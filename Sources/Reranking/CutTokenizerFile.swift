import JSON
import Tokenization

/// `tokenizer.json`, the file of Hugging Face's tokenizers, with the pieces of a cut vocabulary only.
struct CutTokenizerFile {
  private let newTokens: [TokenID: TokenID]
  private let tokens: [TokenID]

  init(_ cut: VocabularyCut) {
    newTokens = cut.newTokens
    tokens = cut.tokens
  }

  /// The file's members, pieces and numbers of tokens changed; the rest stays.
  func members(_ file: JSONObject) -> JSONObject {
    var file = file
    if var model = file["model"]?.object {
      model["vocab"] = model["vocab"].map(vocabulary)
      model["unk_id"] = model["unk_id"].map(renumbered)
      file["model"] = .object(model)
    }
    file["added_tokens"] = file["added_tokens"].map { added in
      .array(
        (added.array ?? []).compactMap { token in
          guard var members = token.object, let id = members["id"], newToken(id) != nil else {
            return nil
          }
          members["id"] = renumbered(id)
          return .object(members)
        })
    }
    file["post_processor"] = file["post_processor"].map(renumberedBelow)
    if var padding = file["padding"]?.object {
      padding["pad_id"] = padding["pad_id"].map(renumbered)
      file["padding"] = .object(padding)
    }
    return file
  }

  /// A unigram model's list of pieces and scores, or WordPiece's numbers of pieces.
  private func vocabulary(_ value: JSONValue) -> JSONValue {
    if let pieces = value.array {
      return .array(
        tokens.compactMap { pieces.indices.contains(Int($0)) ? pieces[Int($0)] : nil })
    }
    let pieces = (value.object ?? JSONObject()).compactMap { piece, id in
      newToken(id).map { (key: piece, value: JSONValue($0)) }
    }
    return .object(JSONObject(pieces))
  }

  private func newToken(_ value: JSONValue) -> TokenID? {
    value.int.flatMap(TokenID.init(exactly:)).flatMap { newTokens[$0] }
  }

  private func renumbered(_ value: JSONValue) -> JSONValue {
    newToken(value).map { JSONValue($0) } ?? value
  }

  /// A post-processor names tokens as `"ids": [1]` and as `["[SEP]", 102]`.
  ///
  /// The parser has bounded how deep values are nested.
  private func renumberedBelow(_ value: JSONValue) -> JSONValue {
    if let members = value.object {
      return .object(
        JSONObject(
          members.map { key, member in
            let ids = key == "ids" ? member.array : nil
            return (
              key: key, value: ids.map { .array($0.map(renumbered)) } ?? renumberedBelow(member)
            )
          }))
    }
    guard let elements = value.array else { return value }
    if elements.count == 2, elements[0].string != nil, elements[1].int != nil {
      return .array([elements[0], renumbered(elements[1])])
    }
    return .array(elements.map(renumberedBelow))
  }
}
