import Foundation
import TestSupport
import Testing

/// What the compiler made of the micro-kernels: functions named `tile_...` (convolutions and matrix products) and
/// `planes_...` (depthwise).
@Suite(
  "Object code of the micro-kernels",
  .enabled(
    if: Toolchain.clang != nil && Toolchain.disassembler != nil, "clang and llvm-objdump are beside swift"))
struct ObjectCodeTests {
  private func disassembly(of source: URL, for machine: Toolchain.Machine) throws -> Disassembly {
    let folder = try TemporaryFolder()
    try Toolchain.compile(source, for: machine, to: folder.path("kernel.o"))
    return try Disassembly(object: folder.path("kernel.o"))
  }

  private func microKernels(_ code: Disassembly) -> [Disassembly.Function] {
    code.functions.filter { $0.name.contains("tile_") || $0.name.contains("planes_") }
      .filter { !$0.innermostDotProductLoops.isEmpty }
  }

  static let hostSources = ((try? Toolchain.cFiles(in: Toolchain.kernels, prefix: "int8_")) ?? [])
    .filter { !$0.lastPathComponent.contains("neon") }.map(\.lastPathComponent)
  static let armSources = ((try? Toolchain.cFiles(in: Toolchain.kernels, prefix: "int8_")) ?? [])
    .filter { $0.lastPathComponent.contains("neon") }.map(\.lastPathComponent)

  @Test("no inner loop spills a vector register", arguments: hostSources)
  func noSpills(source: String) throws {
    let code = try disassembly(of: Toolchain.kernels.appendingPathComponent(source), for: .host)
    #expect(microKernels(code).flatMap(\.spills) == [])
  }

  @Test(
    "no inner loop spills a vector register (64-bit Arm)",
    .enabled(if: Toolchain.hasArmLibrary, "Debian's libc6-dev-arm64-cross is installed"),
    arguments: armSources)
  func noSpillsOnArm(source: String) throws {
    let code = try disassembly(of: Toolchain.kernels.appendingPathComponent(source), for: .arm64)
    #expect(microKernels(code).count >= 5)
    #expect(microKernels(code).flatMap(\.spills) == [])
  }

  #if arch(x86_64)
    @Test("the check finds loops to look at in every vector kernel")
    func findsLoops() throws {
      for source in ["convolution_avx2", "convolution_avxvnni", "convolution_avx512vnni", "depthwise_avx2"] {
        let file = Toolchain.kernels.appendingPathComponent("int8_\(source).c")
        #expect(microKernels(try disassembly(of: file, for: .host)).count >= 5, "\(source)")
      }
    }

    @Test("AMX's loop over segments keeps its sums in tiles")
    func sumsStayInTiles() throws {
      let file = Toolchain.kernels.appendingPathComponent("int8_convolution_amx.c")
      let loops = try disassembly(of: file, for: .host).functions.flatMap(\.innermostDotProductLoops)
      #expect(!loops.isEmpty)
      for loop in loops {
        #expect(loop.filter { $0.mnemonic == "tdpbusd" }.count >= 4)
        #expect(!loop.contains { $0.mnemonic == "tilestored" || $0.mnemonic == "tilezero" })
      }
    }

    @Test("a kernel of more accumulators than registers is found to spill")
    func findsSpills() throws {
      let folder = try TemporaryFolder()
      let source = """
        #include <immintrin.h>
        __attribute__((target("avx2"))) void tile_of_20(const char *a, const char *b, int *to, long depth) {
          __m256i sums[20] = {0};
          for (long k = 0; k < depth; k++, a += 80, b += 32) {
            const __m256i w = _mm256_loadu_si256((const __m256i *)b);
            _Pragma("clang loop unroll(full)") for (int m = 0; m < 20; m++)
              sums[m] = _mm256_add_epi32(sums[m], _mm256_madd_epi16(w, _mm256_set1_epi32(((const int *)a)[m])));
          }
          for (int m = 0; m < 20; m++) _mm256_storeu_si256((__m256i *)(to + m * 8), sums[m]);
        }
        """
      let path = try folder.write("spilling.c", source)
      let code = try disassembly(of: URL(fileURLWithPath: path), for: .host)
      #expect(!microKernels(code).flatMap(\.spills).isEmpty)
    }

    @Test(
      "AVX-VNNI's kernels have its encoding, and nothing of AVX-512", arguments: ["convolution", "depthwise"])
    func encoding(kind: String) throws {
      let file = Toolchain.kernels.appendingPathComponent("int8_\(kind)_avxvnni.c")
      let text = try disassembly(of: file, for: .host).text
      let dots = text.split(separator: "\n").filter { $0.contains("vpdpbusd") }
      #expect(dots.count > 20)
      #expect(dots.allSatisfy { $0.contains("{vex}") })
      #expect(!text.contains("zmm"))
      #expect(!text.contains("ymm16") && !text.contains("%k1"))
    }
  #endif
}
