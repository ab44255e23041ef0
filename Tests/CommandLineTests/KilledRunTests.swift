import Foundation
import TestSupport
import Testing

/// What users of batch tools complain about, where it takes a process that is killed. `Scripts/torture` does this
/// hundreds of times.
@Suite(
  "What users of batch tools complain about: kills",
  .enabled(if: PythonPeer.isPresent, "SYNOPTIC_PYTHON is not set"), .timeLimit(.minutes(2)))
struct KilledRunTests {
  /// img2dataset#358, #289, #74 and clip-retrieval#368
  @Test("2 a kill leaves truncated outputs that count as done; 3 a crash starts from zero")
  func kills() throws {
    let project = try SmallProject(images: 200, channels: 64, side: 96, hasBrokenFile: false)
    #expect(try project.synoptic("run small.yaml").status == 0)
    let digest = try project.synoptic("features digest small.sqlite").output
    try project.writePipeline("killed")
    var kills = 0
    var done = 0
    for round in 1...6 {
      let outcome = try Program.run(["run", "killed.yaml", "--threads", "1"], in: project.folder) { process in
        // Later from kill to kill, so that one after another of the stages is met.
        Thread.sleep(forTimeInterval: 0.02 * Double(round * round))
        kill(process, SIGKILL)
      }
      guard outcome.status == -SIGKILL else { break }
      kills += 1
      let now = try featuresDone(project)
      #expect(now >= done, "what was committed stays")
      done = now
      // Killed before it was made, a store isn't there.
      guard FileManager.default.fileExists(atPath: project.folder.path("killed.sqlite")) else { continue }
      let check = try project.synoptic("check killed.sqlite --json")
      #expect(check.status == 0, "\(check.output)")
      #expect(check.json["done"] as? Int ?? -1 >= done, "every done item has its vector")
    }
    #expect(kills > 0)
    let last = try project.synoptic("run killed.yaml --json")
    #expect(last.status == 0, "\(last.errors)")
    #expect(try project.synoptic("features digest killed.sqlite").output == digest)
    let attempts = try PythonPeer.run(
      """
      import sqlite3, sys
      print(*sqlite3.connect(sys.argv[1]).execute("SELECT count(*), sum(attempts) FROM item_state").fetchone())
      """, [project.folder.path("killed.sqlite")])
    #expect(attempts == "400 400\n", "no item was worked twice")
  }

  private func featuresDone(_ project: SmallProject) throws -> Int {
    let status = try project.synoptic("status killed.sqlite --json").json
    let stages = status["stages"] as? [String: [String: Any]]
    return (stages?["embedding"]?["items"] as? [String: Int])?["done"] ?? 0
  }

  /// clip-retrieval#257, DALI#3913
  @Test("4 one truncated JPEG hangs the run, kills it, drops its batch or is padded with grey")
  func truncatedJPEG() throws {
    let project = try SmallProject(images: 4, hasBrokenFile: false)
    try PythonPeer.run(
      """
      import io, sys, numpy as np
      from PIL import Image
      noise = np.random.default_rng(1).integers(0, 255, (64, 64, 3)).astype("uint8")
      for kind in (False, True):
          data = io.BytesIO()
          Image.fromarray(noise).save(data, "JPEG", quality=90, progressive=kind)
          data = data.getvalue()
          for part in (4, 30, 300, len(data) // 2, len(data) - 40):
              open(f"{sys.argv[1]}/photos/n00000002/cut-{kind}-{part}.jpg", "wb").write(data[:part])
      """, [project.folder.url.path])
    let run = try project.synoptic("run small.yaml --json --set embedding.batch=100")
    #expect(run.status == 2, "\(run.errors)")
    let stages = run.json["stages"] as? [String: [String: Any]]
    #expect(stages?["embedding"]?["items"] as? [String: Int] == ["done": 8, "failed": 10])
    let failed =
      try project.synoptic("status small.sqlite --failed --json").json["failures"] as? [[String: Any]]
    let classes = Set((failed ?? []).compactMap { $0["class"] as? String })
    #expect(failed?.count == 10)
    #expect(classes.isSubset(of: ["truncated", "damaged", "not-an-image", "empty"]), "\(classes)")
  }
}
