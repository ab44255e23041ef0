import CKernels

/// The instruction sets the kernels are written for, slowest first.
public enum InstructionSet: String, Sendable, CaseIterable {
  /// Portable C: the reference for the others.
  case scalar
  /// AVX2, FMA and F16C.
  case avx2
  /// AVX-512 F, BW, DQ, VL and VNNI.
  case avx512vnni

  /// The fastest that this processor has.
  public static var best: Self { available.last ?? .scalar }

  /// Those that this processor has, slowest first; `scalar` always.
  public static var available: [Self] { allCases.filter { synoptic_has_instruction_set($0.kernelSet) } }

  /// The kernels' own name for it.
  public var kernelSet: synoptic_instruction_set {
    switch self {
    case .scalar: SYNOPTIC_SCALAR
    case .avx2: SYNOPTIC_AVX2
    case .avx512vnni: SYNOPTIC_AVX512VNNI
    }
  }
}
