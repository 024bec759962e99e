import Checkpoints

/// Tensors that differ only in the number of their block: `encoder.block.{0…3}.layer.0.…`.
struct TensorGroup: Sendable {
  private let prefix: String
  private let suffix: String
  private var blocks: [Int]
  let shape: [Int]
  let scalarType: ScalarType

  var count: Int { max(blocks.count, 1) }

  /// The tensors' name, the blocks' numbers in braces.
  var name: String {
    guard let first = blocks.first else { return prefix }
    guard blocks.count > 1 else { return "\(prefix)\(first)\(suffix)" }
    let last = blocks[blocks.count - 1]
    let isWhole = last - first == blocks.count - 1
    let numbers = isWhole ? "\(first)…\(last)" : blocks.map(String.init).joined(separator: ",")
    return "\(prefix){\(numbers)}\(suffix)"
  }

  /// Groups tensors in the order in which each group first appears.
  static func groups(of tensors: [StoredTensor]) -> [TensorGroup] {
    var groups: [TensorGroup] = []
    var places: [Key: Int] = [:]
    for tensor in tensors {
      let group = TensorGroup(tensor)
      let key = Key(
        prefix: group.prefix, suffix: group.suffix, shape: group.shape, type: group.scalarType)
      if let place = places[key], !group.blocks.isEmpty {
        groups[place].blocks = (groups[place].blocks + group.blocks).sorted()
      } else {
        places[key] = groups.count
        groups.append(group)
      }
    }
    return groups
  }

  private struct Key: Hashable {
    let prefix: String
    let suffix: String
    let shape: [Int]
    let type: ScalarType
  }

  private init(_ tensor: StoredTensor) {
    shape = tensor.shape
    scalarType = tensor.scalarType
    // The first number in a name is the block's, in T5 and in BERT.
    let parts = tensor.name.split(separator: ".", omittingEmptySubsequences: false)
    guard let place = parts.firstIndex(where: { Int($0) != nil && $0.allSatisfy(\.isNumber) }),
      let block = Int(parts[place])
    else {
      prefix = tensor.name
      suffix = ""
      blocks = []
      return
    }
    prefix = parts[..<place].map { $0 + "." }.joined()
    suffix = parts[(place + 1)...].map { "." + $0 }.joined()
    blocks = [block]
  }
}
