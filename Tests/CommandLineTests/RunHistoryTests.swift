import Foundation
import TestSupport
import Testing

@Suite("The record of runs", .enabled(if: PythonPeer.isPresent, "SYNOPTIC_PYTHON is not set"))
struct RunHistoryTests {
  @Test("runs are listed, shown and reported, with the times of every step")
  func listedShownReported() throws {
    let project = try SmallProject()
    #expect(try project.synoptic("run small.yaml --threads 2").status == 2)
    #expect(try project.synoptic("run small.yaml").status == 2)

    let listed = try project.synoptic("runs small.sqlite --json").json
    let runs = try #require(listed["runs"] as? [[String: Any]])
    #expect(runs.map { $0["run"] as? Int } == [2, 1])
    #expect(runs.allSatisfy { $0["outcome"] as? String == "some-failed" })
    #expect((runs[1]["command"] as? [String])?.dropFirst() == ["run", "small.yaml", "--threads", "2"])
    #expect(
      (runs[0]["items"] as? [String: Int]) == ["done": 0, "failed": 0], "the second found nothing to do")
    let table = try project.synoptic("runs small.yaml").output
    #expect(table.contains("synoptic run small.yaml --threads 2"), "a pipeline file names its store")

    let shown = try project.synoptic("runs show small.sqlite 1 --json").json
    let stages = try #require(shown["stages"] as? [[String: Any]])
    let embedding = try #require(stages.first { $0["stage"] as? String == "embedding" })
    let steps = try #require(embedding["steps"] as? [String: [String: Any]])
    #expect(Set(["read", "decode", "resize", "infer", "write"]).isSubset(of: steps.keys))
    #expect(steps["infer"]?["count"] as? Int == 12)
    let failures = try #require(embedding["failures"] as? [[String: Any]])
    #expect(failures.count == 1 && failures[0]["count"] as? Int == 1)
    #expect((shown["versions"] as? [String: String])?["synoptic"] != nil)
    #expect(try project.synoptic("runs show small.sqlite").output.contains("embedding"))

    let report = try project.synoptic("report small.sqlite --run 1 --output page.html")
    #expect(report.status == 0 && report.output == "page.html\n")
    let page = try String(contentsOfFile: project.folder.path("page.html"), encoding: .utf8)
    #expect(page.hasPrefix("<!DOCTYPE html>") && page.contains("n00000002/broken.jpg"))
    #expect(try project.synoptic("report small.sqlite").output == "small-run-2.html\n")
  }

  @Test("a run that was killed is told from one that ended, and from one at work")
  func killed() throws {
    let project = try SmallProject(images: 200, channels: 64, side: 96, hasBrokenFile: false)
    var during: String?
    let outcome = try Program.run(["run", "small.yaml", "--threads", "1"], in: project.folder) { process in
      let end = ContinuousClock.now + .seconds(20)
      while ContinuousClock.now < end {
        let runs = try project.synoptic("runs small.sqlite --json").json["runs"] as? [[String: Any]]
        during = runs?.first?["outcome"] as? String
        if during != nil { break }
        Thread.sleep(forTimeInterval: 0.01)
      }
      kill(process, SIGKILL)
    }
    // A machine may be so fast that it was over before it could be looked at.
    guard outcome.status == -SIGKILL else { return }
    #expect(during == "running")
    let runs = try #require(try project.synoptic("runs small.sqlite --json").json["runs"] as? [[String: Any]])
    #expect(runs.first?["outcome"] as? String == "killed")
    #expect(try project.synoptic("runs show small.sqlite").output.contains("killed, last heard of"))
    #expect(try project.synoptic("run small.yaml").status == 0)
    let after = try #require(
      try project.synoptic("runs small.sqlite --json").json["runs"] as? [[String: Any]])
    #expect(after.map { $0["outcome"] as? String } == ["done", "killed"])
  }

  @Test(
    "what can't be meant is refused with what there is",
    arguments: [
      ("runs show small.sqlite 7", "there is no run 7 in this store"),
      ("runs small.sqlite --limit 0", "--limit is 0"), ("report small.sqlite --run 7", "there is no run 7"),
      ("report small.sqlite --output nowhere/page.html", "there is no folder"),
      ("runs nothing.sqlite", "There is no store"), ("report small.sqlite --run seven", "seven"),
    ])
  func refused(_ line: String, _ message: String) throws {
    let project = try SmallProject(images: 1)
    _ = try project.synoptic("run small.yaml")
    let outcome = try project.synoptic(line)
    #expect(outcome.status == 64)
    #expect(outcome.errors.contains(message), "\(outcome.errors)")
    #expect(outcome.output.isEmpty)
  }
}
