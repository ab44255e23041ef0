extension Evaluation {
  /// The elements as another type: floats to integers towards zero, integers cut to their bits.
  static func cast(
    _ tensor: Tensor, to element: Tensor.Element, saturates: Bool = true
  ) throws(NetworkError) -> Tensor {
    if tensor.element == element { return tensor }
    guard tensor.element != .text, element != .text else {
      throw .invalidGraph(reason: "a cast from \(tensor.element.name) to \(element.name) is not there")
    }
    if element.isInteger {
      if element == .boolean {
        return Tensor(
          shape: tensor.shape, element: .boolean, storage: .bytes(tensor.doubles.map { $0 == 0 ? 0 : 1 }))
      }
      if let integers = tensor.integers {
        return Tensor(shape: tensor.shape, element: element, wrapping: integers)
      }
      let integers = tensor.doubles.map { value in
        let whole = value.rounded(.towardZero)
        return Int64(exactly: whole) ?? UInt64(exactly: whole).map { Int64(bitPattern: $0) } ?? .min
      }
      return Tensor(shape: tensor.shape, element: element, wrapping: integers)
    }
    return Tensor(shape: tensor.shape, element: element, rounding: tensor.doubles, saturates: saturates)
  }

  /// Numbers to powers of two, before a cast to float8e8m0 that has nothing else.
  static func powersOfTwo(_ tensor: Tensor, rounding: String) -> Tensor {
    let values = tensor.doubles.map { value -> Double in
      guard value.isFinite, value > 0 else { return value }
      let isUp: Bool =
        switch rounding {
        case "down": false
        case "nearest": value.significand >= 1.5
        default: value.significand > 1
        }
      return Double(sign: .plus, exponent: value.exponent + (isUp ? 1 : 0), significand: 1)
    }
    return Tensor(shape: tensor.shape, element: .float64, storage: .doubles(values))
  }
}

extension Tensor {
  /// Integers cut to the bits of their type.
  public init(shape: [Int], element: Element, wrapping values: [Int64]) {
    switch element {
    case .int8, .uint8, .boolean:
      self.init(
        shape: shape, element: element, storage: .bytes(values.map { UInt8(truncatingIfNeeded: $0) }))
    case .int64, .uint64: self.init(shape: shape, element: element, storage: .integers(values))
    default:
      let bits = Int64(64 - (element.bits ?? 64))
      let isSigned = (element.range?.lower ?? 0) < 0
      let cut = values.map { value in
        isSigned
          ? (value << bits) >> bits
          : Int64(bitPattern: (UInt64(bitPattern: value) << UInt64(bits)) >> UInt64(bits))
      }
      self.init(shape: shape, element: element, storage: .integers(cut))
    }
  }

  /// Numbers rounded to a floating-point type.
  init(shape: [Int], element: Element, rounding values: [Double], saturates: Bool = true) {
    if element == .float64 {
      self.init(shape: shape, element: element, storage: .doubles(values))
    } else if let format = NarrowFloat(element) {
      let isWide = format.bits == 16
      self.init(
        shape: shape, element: element,
        storage: .array(values.map { format.nearest($0, saturates: saturates && !isWide) }))
    } else {
      self.init(shape: shape, element: .float32, storage: .array(values.map(Float.init)))
    }
  }
}
