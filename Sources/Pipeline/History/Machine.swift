import Foundation

/// The machine that a run was on.
public struct Machine: Sendable, Hashable, Codable {
  public var host: String
  /// "Debian GNU/Linux 12 (bookworm)"
  public var system: String
  /// "x86_64"
  public var architecture: String
  /// The processor's name, where the system tells it.
  public var processor: String?
  /// How many processors this process may use.
  public var processors: Int
  /// Bytes.
  public var memory: UInt64

  public init(
    host: String, system: String, architecture: String, processor: String?, processors: Int, memory: UInt64
  ) {
    self.host = host
    self.system = system
    self.architecture = architecture
    self.processor = processor
    self.processors = processors
    self.memory = memory
  }

  public static var current: Machine {
    let information = ProcessInfo.processInfo
    return Machine(
      host: hostName, system: information.operatingSystemVersionString, architecture: architecture,
      processor: processorName, processors: information.activeProcessorCount,
      memory: information.physicalMemory)
  }

  /// Without asking the network for it, as Foundation does.
  static var hostName: String {
    var bytes = [CChar](repeating: 0, count: 256)
    guard gethostname(&bytes, bytes.count - 1) == 0 else { return "unknown host" }
    return text(bytes)
  }

  private static func text(_ bytes: [CChar]) -> String {
    String(decoding: bytes.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  private static var architecture: String {
    #if arch(x86_64)
      "x86_64"
    #elseif arch(arm64)
      "arm64"
    #else
      "other"
    #endif
  }

  private static var processorName: String? {
    let information = try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)
    return information?.split(separator: "\n").first { $0.hasPrefix("model name") }?
      .split(separator: ":", maxSplits: 1).last.map { $0.trimmingCharacters(in: .whitespaces) }
  }
}
