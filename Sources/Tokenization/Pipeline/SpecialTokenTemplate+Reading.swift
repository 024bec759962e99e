extension FileValue {
  /// The special tokens that a post-processor adds.
  ///
  /// - Parameter limit: Tokens must be below it.
  func template(tokensBelow limit: Int) throws -> SpecialTokenTemplate? {
    let type = try member("type")
    switch try type.string() {
    // It only trims offsets.
    case "ByteLevel": return nil
    case "TemplateProcessing":
      try checkKeys(["type", "single", "pair", "special_tokens"])
      return SpecialTokenTemplate(
        single: try parts("single", texts: 1, tokensBelow: limit),
        pair: try parts("pair", texts: 2, tokensBelow: limit))
    case "BertProcessing":
      try checkKeys(["type", "sep", "cls"])
      return .bert(
        start: try namedToken("cls", below: limit), end: try namedToken("sep", below: limit))
    case "RobertaProcessing":
      try checkKeys(["type", "sep", "cls", "trim_offsets", "add_prefix_space"])
      return .roberta(
        start: try namedToken("cls", below: limit), end: try namedToken("sep", below: limit))
    case "Sequence":
      try checkKeys(["type", "processors"])
      let processors = try member("processors")
      let templates = try processors.elements().compactMap { try $0.template(tokensBelow: limit) }
      guard templates.count < 2 else {
        throw processors.failure(
          expected: "at most one that adds tokens", found: "\(templates.count)")
      }
      return templates.first
    default:
      throw type.failure(
        expected:
          "TemplateProcessing, BertProcessing, RobertaProcessing, ByteLevel or Sequence")
    }
  }

  /// The number in `["</s>", 2]`.
  private func namedToken(_ key: String, below limit: Int) throws -> TokenID {
    let elements = try member(key).elements()
    guard elements.count == 2 else {
      throw try member(key).failure(expected: "a token's text and number")
    }
    return TokenID(try elements[1].int(in: 0...max(limit - 1, 0)))
  }

  private func parts(
    _ key: String, texts: Int, tokensBelow limit: Int
  ) throws -> [SpecialTokenTemplate.Part] {
    let list = try member(key)
    var parts: [SpecialTokenTemplate.Part] = []
    var found: [String] = []
    for element in try list.elements() {
      if let sequence = element.optional("Sequence") {
        let name = try sequence.member("id").string()
        let type = try sequence.member("type_id").int(in: 0...255)
        found.append(name)
        parts.append(name == "A" ? .first(type: type) : .second(type: type))
      } else {
        let special = try element.member("SpecialToken")
        let name = try special.member("id").string()
        let type = try special.member("type_id").int(in: 0...255)
        for id in try member("special_tokens").member(name).member("ids").elements() {
          parts.append(.token(TokenID(try id.int(in: 0...max(limit - 1, 0))), type: type))
        }
      }
    }
    let expected = Array(["A", "B"].prefix(texts))
    guard found == expected else {
      throw list.failure(
        expected: "the texts \(expected.joined(separator: ", ")) once each",
        found: found.isEmpty ? "none" : found.joined(separator: ", "))
    }
    return parts
  }
}
