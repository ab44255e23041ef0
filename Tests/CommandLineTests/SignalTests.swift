import Foundation
import TestSupport
import Testing

@Suite("Signals", .enabled(if: PythonPeer.isPresent, "SYNOPTIC_PYTHON is not set"), .timeLimit(.minutes(1)))
struct SignalTests {
  @Test("after an interrupt or a kill the next run ends with the digest of an undisturbed one")
  func signals() throws {
    // Batches of four images, a few milliseconds each: hundreds of instants at which a run can be hit.
    let project = try SmallProject(images: 200, channels: 64, side: 96, hasBrokenFile: false)
    let start = ContinuousClock.now
    let undisturbed = try project.synoptic("run small.yaml --threads 1")
    let whole = ContinuousClock.now - start
    #expect(undisturbed.status == 0, "\(undisturbed.errors)")
    let digest = try project.synoptic("features digest small.sqlite").output
    #expect(digest.count == 65)

    try interrupt(project, digest)
    var killed = 0
    for (round, part) in [0.15, 0.45, 0.8].enumerated() {
      let name = "killed-\(round)"
      try project.writePipeline(name)
      let arguments = ["run", "\(name).yaml", "--threads", "1"]
      let outcome = try Program.run(arguments, in: project.folder) { process in
        Thread.sleep(forTimeInterval: whole / .seconds(1) * part)
        kill(process, SIGKILL)
      }
      if outcome.status == -SIGKILL { killed += 1 }
      try expectRunGoesOn(project, name, digest)
    }
    #expect(killed > 0, "not one run was hit before its end")
  }

  private func interrupt(_ project: SmallProject, _ digest: String) throws {
    try project.writePipeline("stopped")
    let stopped = try Program.run(["run", "stopped.yaml", "--threads", "1"], in: project.folder) { process in
      try waitForFeatures(project, "stopped")
      kill(process, SIGINT)
    }
    // A fast machine may have finished first: then there was nothing to stop.
    if stopped.status == 0 { return }
    #expect(stopped.status == 1, "\(stopped.errors)")
    #expect(stopped.errors.contains("`synoptic run stopped.yaml` goes on from here"), "\(stopped.errors)")
    let done = try featuresDone(project, "stopped")
    #expect(done > 0 && done < 400, "what was worked is kept")
    try expectRunGoesOn(project, "stopped", digest)
  }

  /// Returns once the store holds some images' features, or when none came for long.
  private func waitForFeatures(_ project: SmallProject, _ name: String) throws {
    let end = ContinuousClock.now + .seconds(20)
    while ContinuousClock.now < end {
      if try featuresDone(project, name) > 0 { return }
      Thread.sleep(forTimeInterval: 0.01)
    }
  }

  private func featuresDone(_ project: SmallProject, _ name: String) throws -> Int {
    let status = try project.synoptic("status \(name).sqlite --json").json
    let stages = status["stages"] as? [String: [String: Any]]
    return (stages?["embedding"]?["items"] as? [String: Int])?["done"] ?? 0
  }

  private func expectRunGoesOn(_ project: SmallProject, _ name: String, _ digest: String) throws {
    let again = try project.synoptic("run \(name).yaml")
    #expect(again.status == 0, "\(again.errors)")
    #expect(try project.synoptic("features digest \(name).sqlite").output == digest)
  }
}
