/// How the program ends.
public enum ExitStatus: Int32, Sendable, Codable {
  /// All done.
  case done = 0
  /// Could not finish.
  case unfinished = 1
  /// Finished, but some items stand failed.
  case someFailed = 2
  /// Wrong usage, or a wrong pipeline file.
  case usage = 64
}
