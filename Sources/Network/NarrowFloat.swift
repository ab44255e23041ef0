/// A floating-point format narrower than float32: a sign, an exponent and a fraction.
///
/// Sources: IEEE 754 (binary16); bfloat16; OCP 8-bit Floating Point Specification and OCP Microscaling Formats (E4M3,
/// E5M2, E2M1, E8M0); ONNX "Float stored in 8 bits" for the forms without infinities and negative zero (FNUZ).
struct NarrowFloat {
  private enum Specials {
    /// The greatest exponent is for infinities and NaN, as IEEE 754 has it.
    case infinitiesAndNaN
    /// Only the word of all ones (less its sign) is NaN; there is no infinity.
    case oneNaN
    /// Only what would be negative zero is NaN; there is no infinity.
    case negativeZeroIsNaN
    case none
  }

  let bits: Int
  private let exponentBits: Int
  private let fractionBits: Int
  private let bias: Int
  private let specials: Specials
  private let hasSign: Bool

  init?(_ element: Tensor.Element) {
    hasSign = element != .float8e8m0
    switch element {
    case .float16: (exponentBits, fractionBits, bias, specials) = (5, 10, 15, .infinitiesAndNaN)
    case .bfloat16: (exponentBits, fractionBits, bias, specials) = (8, 7, 127, .infinitiesAndNaN)
    case .float8e4m3fn: (exponentBits, fractionBits, bias, specials) = (4, 3, 7, .oneNaN)
    case .float8e4m3fnuz: (exponentBits, fractionBits, bias, specials) = (4, 3, 8, .negativeZeroIsNaN)
    case .float8e5m2: (exponentBits, fractionBits, bias, specials) = (5, 2, 15, .infinitiesAndNaN)
    case .float8e5m2fnuz: (exponentBits, fractionBits, bias, specials) = (5, 2, 16, .negativeZeroIsNaN)
    case .float4e2m1: (exponentBits, fractionBits, bias, specials) = (2, 1, 1, .none)
    case .float8e8m0: (exponentBits, fractionBits, bias, specials) = (8, 0, 127, .oneNaN)
    default: return nil
    }
    bits = (hasSign ? 1 : 0) + exponentBits + fractionBits
  }

  private var hasSubnormals: Bool { hasSign }
  private var magnitudeMask: UInt32 { (1 << UInt32(exponentBits + fractionBits)) - 1 }

  /// The number that a word stands for.
  func value(_ word: UInt32) -> Float {
    let magnitude = word & magnitudeMask
    let isNegative = hasSign && word >> UInt32(exponentBits + fractionBits) & 1 == 1
    let exponent = Int(magnitude >> UInt32(fractionBits))
    let fraction = magnitude & ((1 << UInt32(fractionBits)) - 1)
    let greatest = (1 << exponentBits) - 1
    switch specials {
    case .infinitiesAndNaN where exponent == greatest:
      return fraction != 0 ? .nan : isNegative ? -.infinity : .infinity
    case .oneNaN where magnitude == magnitudeMask: return .nan
    case .negativeZeroIsNaN where isNegative && magnitude == 0: return .nan
    default: break
    }
    let value: Float
    if exponent == 0, hasSubnormals {
      value = Float(sign: .plus, exponent: 1 - bias - fractionBits, significand: Float(fraction))
    } else {
      let significand = 1 + Float(fraction) / Float(UInt32(1) << UInt32(fractionBits))
      value = Float(sign: .plus, exponent: exponent - bias, significand: significand)
    }
    return isNegative ? -value : value
  }

  /// The greatest finite number.
  var greatest: Float {
    switch specials {
    case .infinitiesAndNaN: value(((1 << UInt32(exponentBits)) - 1) << UInt32(fractionBits) - 1)
    case .oneNaN: value(magnitudeMask - 1)
    case .negativeZeroIsNaN, .none: value(magnitudeMask)
    }
  }

  /// The nearest number of this format, of two equally near ones the even one. What is too large becomes the greatest
  /// number where `saturates`, else infinity, or NaN in formats without one.
  func nearest(_ x: Double, saturates: Bool) -> Float {
    if x.isNaN { return specials == .none ? -0.0 : .nan }
    let sign: Float = x.sign == .minus ? -1 : 1
    let magnitude = abs(x)
    if magnitude == 0 { return specials == .negativeZeroIsNaN ? 0 : sign * 0 }
    let least = 1 - bias - fractionBits
    let quantum = magnitude.isInfinite ? 0 : max(Int(magnitude.exponent) - fractionBits, least)
    let unit = Double(sign: .plus, exponent: quantum, significand: 1)
    let rounded = magnitude.isInfinite ? magnitude : (magnitude / unit).rounded(.toNearestOrEven) * unit
    if rounded > Double(greatest) {
      if saturates, !(magnitude.isInfinite && specials == .infinitiesAndNaN && bits == 16) {
        return sign * greatest
      }
      return specials == .infinitiesAndNaN ? sign * .infinity : specials == .none ? sign * greatest : .nan
    }
    if rounded == 0 && specials == .negativeZeroIsNaN { return 0 }
    return sign * Float(rounded)
  }
}
