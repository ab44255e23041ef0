import Foundation

/// A Python with numpy, Pillow, onnx and ONNX Runtime, as `Scripts/test` sets it up: the judge nobody here wrote.
public enum PythonPeer {
  public struct Failure: Error, CustomStringConvertible {
    public let description: String
  }

  public static let interpreter: String? = ProcessInfo.processInfo.environment["SYNOPTIC_PYTHON"]
  public static var isPresent: Bool { interpreter != nil }

  /// Runs a script with arguments and gives what it prints.
  @discardableResult
  public static func run(_ script: String, _ arguments: [String] = []) throws -> String {
    guard let interpreter else { throw Failure(description: "SYNOPTIC_PYTHON is not set") }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: interpreter)
    process.arguments = ["-c", script] + arguments
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.standardError
    try process.run()
    let printed = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw Failure(description: "Python ended with status \(process.terminationStatus)")
    }
    return String(decoding: printed, as: UTF8.self)
  }
}
