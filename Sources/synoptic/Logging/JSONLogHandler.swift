import Foundation
import Logging

/// One JSON object a line, for programs that collect logs:
///
///     {"time": "2026-11-26T02:18:23.104Z", "level": "info", "logger": "synoptic", "message": "progress",
///      "metadata": {"stage": "embedding", "done": 512, "failed": 0, "items_per_second": 413.2}}
struct JSONLogHandler: LogHandler {
  let label: String
  var metadata: Logger.Metadata = [:]
  var logLevel: Logger.Level = .info
  private let write: @Sendable (String) -> Void

  init(label: String, write: @escaping @Sendable (String) -> Void = StandardError.write) {
    self.label = label
    self.write = write
  }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    var members: [JSON.Member] = [
      .init(name: "time", value: .string(Self.timestamp(Date()))),
      .init(name: "level", value: .string(event.level.rawValue)),
      .init(name: "logger", value: .string(label)),
      .init(name: "message", value: .string("\(event.message)")),
    ]
    if let error = event.error {
      members.append(
        .init(name: "error", value: .string(CommandEnding.sentences(of: error).joined(separator: "; "))))
    }
    let all = metadata.merging(event.metadata ?? [:]) { $1 }
    if !all.isEmpty { members.append(.init(name: "metadata", value: Self.json(all))) }
    // A record at a time: lines of several threads must not run into each other.
    write(JSON.object(members).line + "\n")
  }

  private static func json(_ metadata: Logger.Metadata) -> JSON {
    .object(metadata.sorted { $0.key < $1.key }.map { .init(name: $0.key, value: json($0.value)) })
  }

  /// Numbers stay numbers.
  private static func json(_ value: Logger.MetadataValue) -> JSON {
    switch value {
    case .string(let text): .string(text)
    case .stringConvertible(let number as Int): .integer(number)
    case .stringConvertible(let number as Double): .number(number)
    case .stringConvertible(let flag as Bool): .boolean(flag)
    case .stringConvertible(let other): .string(other.description)
    case .array(let values): .array(values.map(json))
    case .dictionary(let values): json(values)
    }
  }

  /// To the millisecond, in UTC (RFC 3339).
  static func timestamp(_ date: Date) -> String {
    date.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
  }
}
