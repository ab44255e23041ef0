import Logging

/// Warnings of the rooms below as plain remarks on standard error, above the progress line.
struct DisplayLogHandler: LogHandler {
  let display: ProgressDisplay
  var metadata: Logger.Metadata = [:]
  var logLevel: Logger.Level = .notice

  init(display: ProgressDisplay) { self.display = display }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) { display.remark(TextTable.printable("\(event.message)")) }
}
