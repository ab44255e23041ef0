import Foundation

/// How a run was started: what a later reader must know to judge or repeat it.
public struct RunInvocation: Sendable, Hashable {
  /// The program's arguments, its name first.
  public var command: [String]
  /// By component: "synoptic", "sqlite".
  public var versions: [String: String]
  public var machine: Machine

  public init(command: [String], versions: [String: String], machine: Machine = .current) {
    self.command = command
    self.versions = versions
    self.machine = machine
  }

  /// For a program that says nothing of itself.
  public static var ofThisProcess: RunInvocation {
    RunInvocation(command: CommandLine.arguments, versions: [:])
  }
}
