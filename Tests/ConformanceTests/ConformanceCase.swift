import Foundation
import TestSupport
import Testing

/// A case of the ONNX backend suite, as `Scripts/lib/onnx-cases` writes them.
struct ConformanceCase: Sendable {
  var suite: String
  var name: String
  /// The operator it is about; one written out as a graph of others counts among that operator's cases.
  var operatorName: String
  var relativeTolerance: Double
  var absoluteTolerance: Double

  var id: String { "\(suite)/\(name)" }

  static let folder: URL = {
    if let path = ProcessInfo.processInfo.environment["SYNOPTIC_ONNX_CASES"] {
      return URL(fileURLWithPath: path)
    }
    return PackageRoot.url.appendingPathComponent(".cache/onnx-cases")
  }()

  static var arePresent: Bool {
    FileManager.default.fileExists(atPath: folder.appendingPathComponent("cases.tsv").path)
  }

  /// The version of the package onnx that the cases come from.
  static func version() throws -> String {
    try String(contentsOf: folder.appendingPathComponent("version.txt"), encoding: .utf8)
  }

  static func all() throws -> [ConformanceCase] {
    let text = try String(contentsOf: folder.appendingPathComponent("cases.tsv"), encoding: .utf8)
    return try text.split(separator: "\n").map { line in
      let fields = line.split(separator: "\t").map(String.init)
      return ConformanceCase(
        suite: fields[0], name: fields[1], operatorName: fields[2],
        relativeTolerance: try #require(Double(fields[3])), absoluteTolerance: try #require(Double(fields[4]))
      )
    }
  }

  func path(_ file: String) -> String { Self.folder.appendingPathComponent("\(id)/\(file)").path }
}
