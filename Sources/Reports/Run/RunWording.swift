import Foundation
import Pipeline

/// A run in words, the same in tables and on pages.
public enum RunWording {
  public static func outcome(_ run: RunSummary) -> String {
    switch run.outcome {
    case .running: "running, as process \(run.process) on \(run.host)"
    case .done: "all done"
    case .someFailed: "finished, but some items failed"
    case .unfinished: "could not finish"
    case .interrupted: "stopped when asked; a new run goes on from there"
    case .killed:
      "killed, last heard of \(run.seen.ISO8601Format()); what it had committed is kept, and a new run goes on"
    }
  }

  public static func machine(of run: RunRecord) -> String {
    let machine = run.machine
    let memory = Quantities.fixed(Double(machine.memory) / 1_073_741_824, 1)
    return "\(machine.host), \(machine.system), \(machine.processor ?? machine.architecture), "
      + "\(run.threads) of \(Quantities.count(machine.processors, "processor")), \(memory) GiB"
  }

  /// As a shell would take it again, with the program's name without its folder.
  public static func commandLine(_ command: [String]) -> String {
    let name = command.first.map { URL(fileURLWithPath: $0).lastPathComponent }
    return ([name].compactMap { $0 } + command.dropFirst()).map(quoted).joined(separator: " ")
  }

  private static func quoted(_ argument: String) -> String {
    let isPlain = argument.allSatisfy {
      $0.isASCII && ($0.isLetter || $0.isNumber || "-_./=:,+@%".contains($0))
    }
    return isPlain && !argument.isEmpty ? argument : "'" + argument.replacing("'", with: "'\\''") + "'"
  }
}
