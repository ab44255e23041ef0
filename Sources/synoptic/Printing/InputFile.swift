import Foundation

/// Files and folders named on the command line.
enum InputFile {
  /// - Throws: `UsageError` where there is nothing.
  static func check(_ path: String) throws {
    guard !path.isEmpty else { throw UsageError("the name of a file is empty") }
    guard FileManager.default.fileExists(atPath: path) else {
      throw UsageError("\(path): there is no such file or folder")
    }
  }
}
