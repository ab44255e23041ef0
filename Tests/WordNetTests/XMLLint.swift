import Foundation

/// libxml2's own command-line checker: what it says of a file is nothing this project wrote.
enum XMLLint {
  struct Failure: Error { let status: Int32 }

  private static let executable: String? = [
    "/usr/bin/xmllint", "/opt/homebrew/bin/xmllint", "/usr/local/bin/xmllint",
  ]
  .first { FileManager.default.isExecutableFile(atPath: $0) }

  static var isPresent: Bool { executable != nil }

  /// What an XPath expression gives for a file.
  static func evaluate(_ xpath: String, in path: String) throws -> String {
    try run(["--nonet", "--xpath", xpath, path]).trimmingCharacters(in: .whitespacesAndNewlines)
  }

  /// Throws unless the file is well-formed.
  static func check(_ path: String) throws { try run(["--nonet", "--noout", path]) }

  /// For each file whether it is well-formed.
  static func verdicts(_ paths: [String]) throws -> [Bool] {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments =
      [
        "-c",
        "xmllint=$1; shift; for f do \"$xmllint\" --nonet --noout \"$f\" >/dev/null 2>&1; echo $?; done",
        "sh",
        executable ?? "xmllint",
      ] + paths
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let printed = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return String(decoding: printed, as: UTF8.self).split(separator: "\n").map { $0 == "0" }
  }

  @discardableResult
  private static func run(_ arguments: [String]) throws -> String {
    let process = Process()
    process.executableURL = executable.map { URL(fileURLWithPath: $0) }
    process.arguments = arguments
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    let printed = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw Failure(status: process.terminationStatus) }
    return String(decoding: printed, as: UTF8.self)
  }
}
