import Foundation
import GRDB
import Pipeline
import Stages

/// A store opened to be read, named by its own path or by a pipeline file's.
struct OpenStore {
  let path: String
  let database: any DatabaseReader

  /// - Throws: `StoreFileError`; `PipelineError` for a pipeline file that is wrong.
  init(_ argument: String) throws {
    path = try Self.path(of: argument)
    database = try StoreFile.openReadOnly(path)
  }

  /// The store that a pipeline file names, or the argument itself.
  static func path(of argument: String) throws -> String {
    let suffix = URL(fileURLWithPath: argument).pathExtension.lowercased()
    guard ["yaml", "yml"].contains(suffix), !StoreFile.isSQLite(argument) else { return argument }
    return try PipelineFile.load(
      argument, registry: .synoptic, environment: ProcessInfo.processInfo.environment
    ).storePath
  }
}
