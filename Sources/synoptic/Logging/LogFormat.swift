import ArgumentParser
import Logging
import Synchronization

/// How standard error speaks: to a person, or to a program that collects logs.
enum LogFormat: String, CaseIterable, ExpressibleByArgument {
  case text
  /// One JSON object a line.
  case json

  private static let isJSON = Atomic<Bool>(false)

  /// Of this process: set once, by the command's arguments.
  static var current: LogFormat { isJSON.load(ordering: .relaxed) ? .json : .text }

  func apply() { Self.isJSON.store(self == .json, ordering: .relaxed) }

  /// For records of the command line itself.
  static var logger: Logger { Logger(label: "synoptic") { JSONLogHandler(label: $0) } }
}

/// `--log-format`.
struct LogFormatOption: ParsableArguments {
  @Option(
    name: .customLong("log-format"),
    help: "How to tell progress and remarks on standard error: text, or json for an object a line.")
  var format = LogFormat.text
}
