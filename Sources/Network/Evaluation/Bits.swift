import Foundation

/// Operators on integers by their bits, remainders, and bounds.
extension Evaluation {
  static let bits: [String: Function] = [
    "BitShift": { node throws(NetworkError) in
      let (a, b) = (try node.input(0), try node.input(1))
      let shape = try node.broadcast([a.shape, b.shape])
      let isLeft = node.operation.text("direction") == "LEFT"
      guard let left = a.integers, let right = b.integers, a.element == b.element, let bits = a.element.bits
      else {
        throw node.invalid("types \(a.element.name) and \(b.element.name)")
      }
      let isSigned = (a.element.range?.lower ?? 0) < 0
      let values = combined(left, a.shape, right, b.shape, shape) { value, amount -> Int64 in
        // A negative amount is, without a sign, larger than any width.
        let isWhole = amount < 0 || amount >= Int64(bits)
        if isSigned, !isLeft { return value >> (isWhole ? 63 : amount) }
        if isWhole { return 0 }
        let word = UInt64(bitPattern: value)
        return Int64(bitPattern: isLeft ? word << UInt64(amount) : word >> UInt64(amount))
      }
      return [Tensor(shape: shape, element: a.element, wrapping: values)]
    },
    "Mod": { node throws(NetworkError) in
      let (a, b) = (try node.input(0), try node.input(1))
      let shape = try node.broadcast([a.shape, b.shape])
      let followsDividend = node.operation.flag("fmod")
      guard a.element == b.element, a.element != .text else {
        throw node.invalid("types \(a.element.name) and \(b.element.name)")
      }
      if let left = a.integers, let right = b.integers {
        let isUnsigned = a.element == .uint64
        let values = combined(left, a.shape, right, b.shape, shape) { a, b -> Int64 in
          if b == 0 { return 0 }
          if isUnsigned { return Int64(bitPattern: UInt64(bitPattern: a) % UInt64(bitPattern: b)) }
          let rest = a.remainderReportingOverflow(dividingBy: b).partialValue
          return !followsDividend && rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest
        }
        return [Tensor(shape: shape, element: a.element, wrapping: values)]
      }
      let values = combined(a.doubles, a.shape, b.doubles, b.shape, shape) { a, b -> Double in
        let rest = fmod(a, b)
        return !followsDividend && rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest
      }
      return [Tensor(shape: shape, element: a.element, rounding: values)]
    },
    "Clip": { node throws(NetworkError) in
      let x = try node.input(0)
      let lower = node.operation.float("min").map(Double.init) ?? node.optional(1)?.doubles.first
      let upper = node.operation.float("max").map(Double.init) ?? node.optional(2)?.doubles.first
      let (least, most) = (lower ?? -.infinity, upper ?? .infinity)
      if let values = x.integers, x.element != .uint64 {
        let floor = Int64(exactly: least.rounded(.up)) ?? (least < 0 ? .min : .max)
        let ceiling = Int64(exactly: most.rounded(.down)) ?? (most < 0 ? .min : .max)
        return [
          Tensor(shape: x.shape, element: x.element, wrapping: values.map { min(max($0, floor), ceiling) })
        ]
      }
      let values = x.doubles.map { $0.isNaN ? $0 : min(max($0, least), most) }
      return [Tensor(shape: x.shape, element: x.element, computed: values)]
    },
    "BitCast": { node throws(NetworkError) in
      let x = try node.input(0)
      guard let element = Tensor.Element(rawValue: node.operation.integer("to", default: 0)),
        element.bits == x.element.bits, let bits = element.bits, bits >= 8
      else { throw node.invalid("from \(x.element.name) to another width") }
      return [Tensor(shape: x.shape, element: element, words: x.words)]
    },
  ]
}

extension Tensor {
  /// The bits of each element.
  fileprivate var words: [UInt64] {
    if let integers {
      let mask = UInt64.max >> UInt64(64 - (element.bits ?? 64))
      return integers.map { UInt64(bitPattern: $0) & mask }
    }
    if element == .float64 { return doubles.map(\.bitPattern) }
    guard let format = NarrowFloat(element) else { return floats.map { UInt64($0.bitPattern) } }
    return floats.map { UInt64(format.word($0)) }
  }

  fileprivate init(shape: [Int], element: Element, words: [UInt64]) {
    if element.isInteger {
      self.init(shape: shape, element: element, wrapping: words.map { Int64(bitPattern: $0) })
    } else if element == .float64 {
      self.init(shape: shape, element: element, storage: .doubles(words.map { Double(bitPattern: $0) }))
    } else if let format = NarrowFloat(element) {
      let values = words.map { format.value(UInt32(truncatingIfNeeded: $0)) }
      self.init(shape: shape, element: element, storage: .array(values))
    } else {
      let values = words.map { Float(bitPattern: UInt32(truncatingIfNeeded: $0)) }
      self.init(shape: shape, element: element, storage: .array(values))
    }
  }
}

extension NarrowFloat {
  /// The word of a number of this format, found by halving: words of one sign are ordered as their numbers.
  fileprivate func word(_ number: Float) -> UInt32 {
    let all = UInt32(1) << UInt32(bits)
    let sign = number.sign == .minus && bits > 8 || number < 0 ? all / 2 : 0
    if number.isNaN { return (0..<all).last { value($0).isNaN } ?? 0 }
    var (low, high) = (UInt32(0), all / 2 - 1)
    while low < high {
      let middle = (low + high) / 2
      let at = value(middle)
      if at.isNaN || at >= number.magnitude { high = middle } else { low = middle + 1 }
    }
    return low | sign
  }
}
