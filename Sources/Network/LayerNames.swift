extension Graph {
  /// The value a layer's name stands for.
  ///
  /// A value of exactly that name wins; a value that a pass removed stands for its equal. `embedding`, where no value
  /// has that name, is what the classifier reads: the input of the last dense layer (Gemm or MatMul with constant
  /// weights); for a network that classifies by a convolution and pools its classes, as SqueezeNet does, the input of
  /// the last convolution, which is a map [N, C, H, W].
  /// - Throws: `.fusedLayer` for an intermediate step of a fused layer, `.unknownLayer` with the nearest names.
  public func resolveLayer(_ name: String) throws(NetworkError) -> String {
    if isValue(name) { return name }
    if name == "embedding", let value = classifierInput { return value }
    var current = name
    var isEqual = true
    // Names can have been replaced in turn, but no more often than there are replacements.
    for _ in 0..<replaced.count {
      switch replaced[current] {
      case .equal(let other): current = other
      case .fusedInto(let other): (current, isEqual) = (other, false)
      case nil: break
      }
      guard isValue(current) else { continue }
      if isEqual { return current }
      throw .fusedLayer(name: name, survivor: current)
    }
    let names = inputs.map(\.name) + nodes.flatMap(\.outputs) + ["embedding"]
    throw .unknownLayer(name: name, nearest: nearestNames(to: name, among: names))
  }

  private func isValue(_ name: String) -> Bool { hasValue(name) }

  private var classifierInput: String? {
    let dequantized = nodes.filter { node in
      guard case .dequantizeLinear = node.operation else { return false }
      return node.inputs.first.map { constants[$0] != nil } ?? false
    }
    let weights = Set(constants.keys).union(dequantized.flatMap(\.outputs))
    let isDense = { (node: Node) -> Bool in
      switch node.operation {
      case .gemm, .matMul: node.inputs.count > 1 && weights.contains(node.inputs[1])
      default: false
      }
    }
    if let node = nodes.last(where: isDense) { return node.inputs[0] }
    let lastConvolution = nodes.last { node in
      if case .convolution = node.operation { return true }
      return false
    }
    return lastConvolution?.inputs[0]
  }
}

/// Up to three names that are spelled much alike (Levenshtein distance) or of which one contains the other, nearest
/// first; none where nothing is alike.
func nearestNames(to name: String, among names: [String]) -> [String] {
  let wanted = name.lowercased()
  guard !wanted.isEmpty else { return [] }
  let letters = Array(wanted.utf8.prefix(64))
  let limit = letters.count / 3 + 1
  let ranked = names.compactMap { candidate -> (Int, String)? in
    let other = candidate.lowercased()
    let edits = distance(letters, Array(other.utf8.prefix(64)))
    // Where every letter changes nothing is alike, and a letter or two are in many names by chance.
    let isAlike = edits <= limit && edits < other.utf8.count
    let contains = other.contains(wanted) || (other.utf8.count > 2 && wanted.contains(other))
    guard isAlike || contains else { return nil }
    return (edits, candidate)
  }
  return ranked.sorted { $0 < $1 }.prefix(3).map(\.1)
}

private func distance(_ a: [UInt8], _ b: [UInt8]) -> Int {
  var row = Array(0...b.count)
  for (i, left) in a.enumerated() {
    var diagonal = row[0]
    row[0] = i + 1
    for (j, right) in b.enumerated() {
      let cost = min(row[j] + 1, row[j + 1] + 1, diagonal + (left == right ? 0 : 1))
      diagonal = row[j + 1]
      row[j + 1] = cost
    }
  }
  return row[b.count]
}
