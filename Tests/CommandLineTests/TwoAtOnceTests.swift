import Foundation
import TestSupport
import Testing

@Suite(
  "Two at once", .enabled(if: PythonPeer.isPresent, "SYNOPTIC_PYTHON is not set"), .timeLimit(.minutes(2)))
struct TwoAtOnceTests {
  /// A run in the background that has made some features and is held there, as a slow one would be.
  private func held(_ project: SmallProject, _ body: (pid_t) throws -> Void) throws -> Program.Outcome {
    try Program.run(["run", "small.yaml", "--threads", "1"], in: project.folder) { process in
      let end = ContinuousClock.now + .seconds(20)
      while ContinuousClock.now < end,
        !FileManager.default.fileExists(atPath: project.folder.path("small.sqlite"))
      {
        Thread.sleep(forTimeInterval: 0.002)
      }
      Thread.sleep(forTimeInterval: 0.1)
      kill(process, SIGSTOP)
      defer { kill(process, SIGCONT) }
      try body(process)
    }
  }

  @Test("a second runner is told who holds the store, and readers are served all the while")
  func readersAndRunner() throws {
    let project = try SmallProject(images: 200, channels: 64, side: 96)
    let outcome = try held(project) { process in
      for line in ["run small.yaml", "retry small.yaml", "gc small.sqlite"] {
        let second = try project.synoptic(line)
        #expect(second.status == 1, "\(line): \(second.errors)")
        #expect(second.errors.contains("in use by process \(process) on "), "\(second.errors)")
        #expect(second.errors.contains(" since 20") && second.errors.contains("--wait"))
      }
      for line in [
        "status small.sqlite", "plan small.yaml", "check small.sqlite", "features digest small.sqlite",
        "images list small.sqlite --limit 1", "gc small.sqlite --dry-run", "runs small.sqlite",
      ] {
        let reader = try project.synoptic(line)
        #expect(reader.status == 0, "\(line): \(reader.errors)")
      }
    }
    #expect(outcome.status == 2, "the readers did it no harm: \(outcome.errors)")
    #expect(try project.synoptic("check small.sqlite").status == 0)
  }

  @Test("readers that come and go all the time neither fail nor stop the writer")
  func manyReaders() throws {
    let project = try SmallProject(images: 200, channels: 64, side: 96)
    var readings = 0
    let outcome = try Program.run(["run", "small.yaml"], in: project.folder) { process in
      while !FileManager.default.fileExists(atPath: project.folder.path("small.sqlite")) {
        Thread.sleep(forTimeInterval: 0.001)
      }
      let end = ContinuousClock.now + .seconds(3)
      while ContinuousClock.now < end {
        for line in ["status small.sqlite --failed", "features digest small.sqlite", "plan small.yaml"] {
          let reader = try project.synoptic(line)
          #expect(reader.status == 0, "\(line): \(reader.errors)")
          readings += 1
        }
      }
    }
    #expect(outcome.status == 2, "\(outcome.errors)")
    #expect(readings > 3)
  }

  @Test("who waits gets the store when its holder ends, however it ends")
  func waiting() throws {
    let project = try SmallProject(images: 100, channels: 64, side: 96, hasBrokenFile: false)
    let waiter = Process()
    let errors = Pipe()
    let outcome = try held(project) { process in
      waiter.executableURL = URL(fileURLWithPath: try #require(Program.path))
      waiter.arguments = ["run", project.folder.path("small.yaml"), "--wait"]
      waiter.standardOutput = FileHandle.nullDevice
      waiter.standardError = errors
      try waiter.run()
      let told = String(decoding: errors.fileHandleForReading.availableData, as: UTF8.self)
      #expect(told.contains("is in use by process \(process) on") && told.contains("waiting"), "\(told)")
      kill(process, SIGKILL)
    }
    #expect(outcome.status == -SIGKILL)
    let rest = errors.fileHandleForReading.readDataToEndOfFile()
    waiter.waitUntilExit()
    #expect(waiter.terminationStatus == 0, "\(String(decoding: rest, as: UTF8.self))")
    #expect(try project.synoptic("plan small.yaml").output.contains("incomplete") == false)
  }
}
