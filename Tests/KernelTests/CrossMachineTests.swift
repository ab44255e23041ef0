import Foundation
import TestSupport
import Testing

/// The kernels in a program of their own (Tests/KernelDriver), which compares every instruction set it finds with the
/// scalar reference on random shapes, and digests the results.
@Suite("Int8 kernels give the same bytes on every machine")
struct CrossMachineTests {
  private static let cases = "250"

  private static func build(for machine: Toolchain.Machine, in folder: TemporaryFolder) throws -> String {
    let sources =
      try Toolchain.cFiles(in: Toolchain.kernels, prefix: "int8_") + Toolchain.cFiles(in: Toolchain.driver)
      + [Toolchain.kernels.appendingPathComponent("instruction_set.c")]
    let objects = try sources.map { source in
      let object = folder.path("\(machine)-\(source.lastPathComponent).o")
      try Toolchain.compile(source, for: machine, to: object)
      return object
    }
    try Toolchain.link(objects, for: machine, to: folder.path("driver-\(machine)"))
    return folder.path("driver-\(machine)")
  }

  private static func emulated(_ program: String, processor: String, _ arguments: [String]) throws -> String {
    try Toolchain.run(
      Toolchain.emulator, ["-cpu", processor, "-L", Toolchain.armLibrary, program] + arguments)
  }

  private static func line(_ name: String, of output: String) -> Substring? {
    output.split(separator: "\n").first { $0.hasPrefix(name + " ") }
  }

  @Test(
    "this one, with AVX-VNNI's kernels in AVX-512's encoding where it has that",
    .enabled(if: Toolchain.clang != nil, "clang is beside swift"))
  func host() throws {
    let folder = try TemporaryFolder()
    let output = try Toolchain.run(try Self.build(for: .host, in: folder), [Self.cases])
    #expect(Self.line("sets", of: output)?.contains("scalar") == true)
  }

  @Test(
    "and a 64-bit Arm, emulated, with and without the dot product of unsigned and signed bytes",
    .enabled(
      if: Toolchain.clang != nil && Toolchain.hasArmLibrary && Toolchain.emulator != nil,
      "clang, Debian's libc6-dev-arm64-cross and qemu-user are installed"))
  func arm() throws {
    let folder = try TemporaryFolder()
    let here = try Toolchain.run(try Self.build(for: .host, in: folder), [Self.cases])
    let program = try Self.build(for: .arm64, in: folder)
    let newest = try Self.emulated(program, processor: "max", [Self.cases])
    let older = try Self.emulated(program, processor: "neoverse-n1", [Self.cases])
    #expect(Self.line("sets", of: newest) == "sets scalar neon_dot neon_i8mm")
    #expect(Self.line("sets", of: older) == "sets scalar neon_dot")
    #expect(Self.line("digest", of: here) != nil)
    #expect(Self.line("digest", of: newest) == Self.line("digest", of: here))
    #expect(Self.line("digest", of: older) == Self.line("digest", of: here))
  }
}
