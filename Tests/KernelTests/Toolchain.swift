import Foundation
import TestSupport

/// The compiler that built these tests, and what it needs to build the kernels for a 64-bit Arm.
enum Toolchain {
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  static let kernels = PackageRoot.url.appendingPathComponent("Sources/CKernels")
  static let driver = PackageRoot.url.appendingPathComponent("Tests/KernelDriver")

  /// clang and llvm-objdump lie beside swift; any others will do.
  static let clang = program("clang")
  static let disassembler = program("llvm-objdump")
  static let emulator = program("qemu-aarch64")

  /// Debian's libc6-dev-arm64-cross.
  static let armLibrary = "/usr/aarch64-linux-gnu"
  static var hasArmLibrary: Bool { FileManager.default.fileExists(atPath: armLibrary + "/lib/crt1.o") }

  enum Machine: String, CaseIterable {
    case host, arm64

    var canBeBuiltFor: Bool { clang != nil && (self == .host || hasArmLibrary) }
    var compilerFlags: [String] {
      self == .host ? [] : ["--target=aarch64-linux-gnu", "-isystem", armLibrary + "/include"]
    }
  }

  /// The folder of `swift` first, then the PATH.
  private static func program(_ name: String) -> String? {
    let path = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map(String.init)
    let swift = path.map { URL(fileURLWithPath: $0 + "/swift").resolvingSymlinksInPath() }
      .filter { FileManager.default.isExecutableFile(atPath: $0.path) }
      .map { $0.deletingLastPathComponent().path }
    return (swift + path).map { $0 + "/" + name }.first { FileManager.default.isExecutableFile(atPath: $0) }
  }

  /// Runs a program and gives what it prints.
  @discardableResult
  static func run(_ program: String?, _ arguments: [String]) throws -> String {
    guard let program else { throw Failure(description: "a program is missing for \(arguments)") }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    let output = Pipe()
    process.standardOutput = output
    process.standardError = output
    try process.run()
    let printed = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw Failure(description: "\(program) ended with status \(process.terminationStatus):\n\(printed)")
    }
    return printed
  }

  /// Compiles a C file as SwiftPM does in release.
  static func compile(_ source: URL, for machine: Machine, to object: String) throws {
    try run(
      clang,
      machine.compilerFlags + [
        "-std=gnu11", "-O2", "-DNDEBUG", "-fno-omit-frame-pointer", "-I", kernels.path + "/include", "-I",
        kernels.path,
        "-c", source.path, "-o", object,
      ])
  }

  /// Links objects with the C library, without the compiler's own, which a cross build would need another package for.
  static func link(_ objects: [String], for machine: Machine, to program: String) throws {
    switch machine {
    case .host:
      try run(clang, objects + ["-lm", "-o", program])
    case .arm64:
      let library = armLibrary + "/lib"
      try run(
        clang,
        [
          "--target=aarch64-linux-gnu", "-fuse-ld=lld", "-nostdlib", "-no-pie", library + "/crt1.o",
          library + "/crti.o",
        ]
          + objects + ["-L" + library, "-lc", "-lm", library + "/crtn.o", "-o", program])
    }
  }

  static func cFiles(in folder: URL, prefix: String = "") throws -> [URL] {
    try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
      .filter { $0.pathExtension == "c" && $0.lastPathComponent.hasPrefix(prefix) }
      .sorted { $0.path < $1.path }
  }
}
