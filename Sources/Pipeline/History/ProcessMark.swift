import Foundation

/// Enough of a process to tell later whether it still lives: numbers of processes are used again.
struct ProcessMark: Sendable, Hashable, Codable {
  var number: Int32
  var host: String
  /// When the kernel started it, in its own ticks; nil where the system doesn't tell.
  var started: String?

  static var current: ProcessMark {
    ProcessMark(number: getpid(), host: Machine.hostName, started: startTime(of: getpid()))
  }

  /// Nil when it ran on another machine: that can't be told from here.
  var isAlive: Bool? {
    guard host == Machine.hostName else { return nil }
    if kill(number, 0) != 0 && errno == ESRCH { return false }
    guard let started, let now = Self.startTime(of: number) else { return true }
    return started == now
  }

  /// Field 22 of `/proc/N/stat` (proc_pid_stat(5)). The second field, in parentheses, may hold blanks.
  private static func startTime(of process: Int32) -> String? {
    guard let text = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8),
      let afterName = text.lastIndex(of: ")")
    else { return nil }
    let fields = text[text.index(after: afterName)...].split(separator: " ")
    return fields.count > 19 ? String(fields[19]) : nil
  }
}
