import Foundation

/// Paths of a pipeline file: relative to the file's folder, never to where the command was typed.
enum FilePath {
  static func resolve(_ text: String, in folder: String) -> String {
    let path = text.hasPrefix("/") ? text : folder + "/" + text
    return URL(fileURLWithPath: path).standardizedFileURL.path
  }
}
