import Foundation
import TestSupport
import Testing

/// A file system of a given size in memory; to be had only as root, with the right to mount.
private final class SmallDisk {
  let path: String

  static let isPossible: Bool = {
    guard getuid() == 0, let folder = try? TemporaryFolder() else { return false }
    guard mount(["-t", "tmpfs", "-o", "size=1m", "tmpfs", folder.url.path]) else { return false }
    return run("/usr/bin/umount", [folder.url.path])
  }()

  init(_ project: SmallProject, megabytes: Int) throws {
    path = project.folder.path("disk")
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    try #require(Self.mount(["-t", "tmpfs", "-o", "size=\(megabytes)m", "tmpfs", path]))
  }

  deinit { _ = Self.run("/usr/bin/umount", ["-l", path]) }

  func change(_ options: String) throws { try #require(Self.mount(["-o", "remount,\(options)", path])) }

  private static func mount(_ arguments: [String]) -> Bool { run("/usr/bin/mount", arguments) }

  private static func run(_ program: String, _ arguments: [String]) -> Bool {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return false }
    process.waitUntilExit()
    return process.terminationStatus == 0
  }
}

@Suite(
  "Disks",
  .enabled(
    if: PythonPeer.isPresent && SmallDisk.isPossible, "needs SYNOPTIC_PYTHON, and root to mount a small disk"),
  .timeLimit(.minutes(2)))
struct DiskTests {
  /// With the digest that a run on a good disk has.
  private func project() throws -> (SmallProject, digest: String) {
    let project = try SmallProject(images: 150, channels: 16, hasBrokenFile: false)
    #expect(try project.synoptic("run small.yaml").status == 0)
    return (project, try project.synoptic("features digest small.sqlite").output)
  }

  /// From too small for an empty store to nearly enough.
  @Test("a full disk ends a run with a sentence, and with more room it goes on", arguments: [1, 3, 4, 5, 6])
  func full(_ megabytes: Int) throws {
    let (project, digest) = try project()
    let disk = try SmallDisk(project, megabytes: megabytes)
    let run = try project.synoptic("run small.yaml --set store=disk/small.sqlite")
    if run.status == 0 { return }  // It was room enough.
    #expect(run.status == 1, "\(run.errors)")
    #expect(run.errors.contains("disk is full"), "\(run.errors)")
    try disk.change("size=64m")
    let again = try project.synoptic("run small.yaml --set store=disk/small.sqlite")
    #expect(again.status == 0, "\(again.errors)")
    #expect(try project.synoptic("check disk/small.sqlite").status == 0)
    #expect(try project.synoptic("features digest disk/small.sqlite").output == digest)
  }

  @Test("a store on a disk that can't be written is read all the same, and a run says what is wrong")
  func readOnly() throws {
    let (project, digest) = try project()
    let disk = try SmallDisk(project, megabytes: 64)
    #expect(try project.synoptic("run small.yaml --set store=disk/small.sqlite").status == 0)
    try disk.change("ro")
    for line in ["status", "check", "gc --dry-run", "features digest"] {
      let reader = try project.synoptic("\(line) disk/small.sqlite")
      #expect(reader.status == 0, "\(line): \(reader.errors)")
    }
    for line in [
      "run small.yaml --set store=disk/small.sqlite", "gc disk/small.sqlite",
      "forgive disk/small.sqlite --all",
    ] {
      let writer = try project.synoptic(line)
      #expect(writer.status == 1, "\(line): \(writer.errors)")
      #expect(
        writer.errors.lowercased().contains("read-only") || writer.errors.contains("can't be written"),
        "\(writer.errors)")
    }
    try disk.change("rw")
    #expect(try project.synoptic("features digest disk/small.sqlite").output == digest)
  }

  @Test("a store that disappears while it is written to ends the run, which doesn't claim success")
  func vanishing() throws {
    let project = try SmallProject(images: 400, channels: 64, side: 96, hasBrokenFile: false)
    let outcome = try Program.run(["run", "small.yaml", "--threads", "1"], in: project.folder) { process in
      // Until it has written something.
      let log = project.folder.path("small.sqlite-wal")
      while kill(process, 0) == 0,
        (try? FileManager.default.attributesOfItem(atPath: log))?[.size] as? Int ?? 0 < 200_000
      {
        Thread.sleep(forTimeInterval: 0.001)
      }
      try FileManager.default.removeItem(atPath: project.folder.path("small.sqlite"))
    }
    #expect(outcome.status == 1, "\(outcome.errors)")
    #expect(outcome.errors.contains("was deleted or moved away during the run"), "\(outcome.errors)")
    let again = try project.synoptic("run small.yaml")
    #expect(again.status == 0, "what is left beside it does no harm: \(again.errors)")
    #expect(try project.synoptic("check small.sqlite").status == 0)
  }
}
