import CKernels

/// The instruction sets the kernels are written for, slowest first.
public enum InstructionSet: String, Sendable, CaseIterable {
  /// Portable C: the reference for the others.
  case scalar
  /// AVX2, FMA and F16C.
  case avx2
  /// AVX-VNNI beside those of AVX2.
  case avxvnni
  /// AVX-512 F, BW, DQ, VL and VNNI.
  case avx512vnni
  /// AMX tiles of bytes (TILE, INT8), beside AVX-512 with VBMI and VNNI.
  case amx
  /// NEON with the dot product of signed bytes (Armv8.2).
  case neonDot = "neon-dot"
  /// NEON with the dot product of unsigned and signed bytes too (FEAT_I8MM).
  case neonI8MM = "neon-i8mm"

  /// The fastest that this processor has.
  public static let best: Self = available.last ?? .scalar

  /// Those that this processor has, slowest first; `scalar` always.
  ///
  /// Asked once: in a virtual machine the host answers for the processor, which takes its time.
  public static let available: [Self] = allCases.filter { synoptic_has_instruction_set($0.kernelSet) }

  /// The kernels' own name for it.
  public var kernelSet: synoptic_instruction_set {
    switch self {
    case .scalar: SYNOPTIC_SCALAR
    case .avx2: SYNOPTIC_AVX2
    case .avxvnni: SYNOPTIC_AVXVNNI
    case .avx512vnni: SYNOPTIC_AVX512VNNI
    case .amx: SYNOPTIC_AMX
    case .neonDot: SYNOPTIC_NEON_DOT
    case .neonI8MM: SYNOPTIC_NEON_I8MM
    }
  }
}
