import Foundation
import TestSupport

/// The built program, run as a person runs it.
struct Program {
  struct Missing: Error, CustomStringConvertible {
    let description = "the built program is not beside the tests; set SYNOPTIC_PROGRAM to its path"
  }

  struct Outcome: Sendable {
    let status: Int32
    let output: String
    let errors: String

    /// The last line of standard output as JSON.
    var json: [String: Any] {
      let line = output.split(separator: "\n").last.map(String.init) ?? ""
      return (try? JSONSerialization.jsonObject(with: Data(line.utf8))) as? [String: Any] ?? [:]
    }
  }

  /// SwiftPM puts the program into the folder of the test bundle, wherever that is.
  static let path: String? = {
    if let path = ProcessInfo.processInfo.environment["SYNOPTIC_PROGRAM"] { return path }
    let runner = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().path
    let bundles = CommandLine.arguments.filter { $0.contains(".xctest") }
    let folders = (bundles + [runner, CommandLine.arguments[0]]).map { path in
      let beforeBundle = path.components(separatedBy: ".xctest")[0]
      return URL(fileURLWithPath: beforeBundle).deletingLastPathComponent()
    }
    return (folders + [PackageRoot.url.appendingPathComponent(".build/release")])
      .map { $0.appendingPathComponent("synoptic").path }
      .first { FileManager.default.isExecutableFile(atPath: $0) }
  }()

  /// - Parameter whileRunning: is given the process' id, and works beside it.
  static func run(
    _ arguments: [String], in folder: TemporaryFolder? = nil, environment: [String: String] = [:],
    whileRunning: (pid_t) throws -> Void = { _ in }
  ) throws -> Outcome {
    guard let path else { throw Missing() }
    let scratch = try folder ?? TemporaryFolder()
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = arguments
    process.currentDirectoryURL = scratch.url
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { _, new in new }
    // Files, not pipes: two pipes would have to be read at once, or a full one would hold the program.
    let name = UUID().uuidString
    let output = try handle(scratch.path("\(name).out"))
    let errors = try handle(scratch.path("\(name).err"))
    process.standardOutput = output
    process.standardError = errors
    process.standardInput = FileHandle.nullDevice
    try process.run()
    do {
      try whileRunning(process.processIdentifier)
    } catch {
      process.terminate()
      throw error
    }
    process.waitUntilExit()
    defer {
      for suffix in ["out", "err"] {
        try? FileManager.default.removeItem(atPath: scratch.path("\(name).\(suffix)"))
      }
    }
    // A signal must never look like an exit status: a trap is one.
    let status = process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus
    return Outcome(
      status: status, output: try String(contentsOfFile: scratch.path("\(name).out"), encoding: .utf8),
      errors: try String(contentsOfFile: scratch.path("\(name).err"), encoding: .utf8))
  }

  private static func handle(_ path: String) throws -> FileHandle {
    try Data().write(to: URL(fileURLWithPath: path))
    return try FileHandle(forWritingTo: URL(fileURLWithPath: path))
  }
}
