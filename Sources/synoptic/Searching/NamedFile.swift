import Imaging

/// Errors about an image's bytes don't know whose they are; here they are told.
enum NamedFile {
  struct Failure: Error, CustomStringConvertible {
    let path: String
    let reason: ImagingError
    var description: String { "\(path): \(reason)" }
  }

  static func attempt<Value>(_ path: String, _ body: (String) throws -> Value) throws -> Value {
    do { return try body(path) } catch let error as ImagingError { throw Failure(path: path, reason: error) }
  }
}
