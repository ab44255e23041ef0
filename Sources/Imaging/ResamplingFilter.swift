#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The reconstruction filters of Pillow's `Image.resize`, widened when an image shrinks (antialiased).
///
/// Source: Pillow, libImaging/Resample.c. Each is evaluated with the same operations in the same order, so
/// that weights round to the same integers.
public enum ResamplingFilter: String, Sendable, Hashable, Codable, CaseIterable {
  case box
  case bilinear
  /// Keys' cubic convolution with a = -0.5.
  case bicubic
  /// A sinc windowed by one three times as wide.
  case lanczos

  /// Distance from the center, in source pixels of an image that is not shrunk, beyond which weights are
  /// zero.
  var support: Double {
    switch self {
    case .box: 0.5
    case .bilinear: 1
    case .bicubic: 2
    case .lanczos: 3
    }
  }

  func weight(_ distance: Double) -> Double {
    switch self {
    case .box: distance > -0.5 && distance <= 0.5 ? 1 : 0
    case .bilinear: max(0, 1 - abs(distance))
    case .bicubic: Self.cubic(abs(distance))
    case .lanczos: distance >= -3 && distance < 3 ? Self.sinc(distance) * Self.sinc(distance / 3) : 0
    }
  }

  private static func cubic(_ x: Double) -> Double {
    let a = -0.5
    if x < 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
    if x < 2 { return (((x - 5) * x + 8) * x - 4) * a }
    return 0
  }

  private static func sinc(_ x: Double) -> Double {
    if x == 0 { return 1 }
    let angle = x * Double.pi
    return sin(angle) / angle
  }
}
