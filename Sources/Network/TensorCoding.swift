/// A tensor as part of something stored: its shape and its elements, float32 by their bits.
extension Tensor: Codable {
  private enum CodingKeys: String, CodingKey {
    case shape
    case integers
    case bits
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(shape, forKey: .shape)
    if let integers {
      try container.encode(integers, forKey: .integers)
    } else {
      // Decimal fractions would lose infinities and numbers that are none.
      try container.encode(floats.map(\.bitPattern), forKey: .bits)
    }
  }

  /// - Throws: `DecodingError` where the elements are not as many as the shape says.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let shape = try container.decode([Int].self, forKey: .shape)
    let integers = try container.decodeIfPresent([Int64].self, forKey: .integers)
    let bits = try container.decodeIfPresent([UInt32].self, forKey: .bits) ?? []
    var count: Int? = 1
    for size in shape {
      guard let (product, overflow) = count?.multipliedReportingOverflow(by: size), size >= 0, !overflow
      else {
        count = nil
        break
      }
      count = product
    }
    guard count == integers?.count ?? bits.count else {
      throw DecodingError.dataCorruptedError(
        forKey: .shape, in: container, debugDescription: "a tensor of shape \(shape) has other elements")
    }
    if let integers {
      self.init(shape: shape, integers: integers)
    } else {
      self.init(shape: shape, values: bits.map { Float(bitPattern: $0) })
    }
  }
}
