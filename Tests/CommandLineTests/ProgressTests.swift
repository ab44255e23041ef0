import Foundation
import Logging
import Pipeline
import Synchronization
import TestSupport
import Testing

@testable import synoptic

@Suite("Progress")
struct ProgressTests {
  private let start = ContinuousClock.now

  /// Reports `rate` items a second, a report each quarter second, from one second of the run to another.
  private func work(
    _ progress: inout StageProgress, from: Double, to: Double, rate: Double, total: Int, beginning: Int = 0
  ) -> Int {
    var worked = beginning
    for quarter in 1...max(1, Int((to - from) * 4)) {
      worked = beginning + Int(Double(quarter) / 4 * rate)
      progress.advance(
        done: worked, failed: 0, total: total, at: start + .seconds(from + Double(quarter) / 4))
    }
    return worked
  }

  @Test("time left goes by the rate of the last half minute, not by the mean since the start")
  func recentRate() throws {
    var progress = StageProgress(stage: "embedding", started: start, total: 100_000)
    let worked = work(&progress, from: 0, to: 60, rate: 1_000, total: 100_000)
    #expect(worked == 60_000)
    #expect(
      progress.line(at: start + .seconds(60)) == "embedding: 60,000 of 100,000 done, 1,000/s, 40 s left")
    let later = work(&progress, from: 60, to: 160, rate: 100, total: 100_000, beginning: worked)
    let now = start + .seconds(160)
    let rate = try #require(progress.rate(at: now))
    #expect(abs(rate - 100) < 1, "\(rate)")
    let left = try #require(progress.secondsLeft(at: now))
    #expect(abs(left - Double(100_000 - later) / 100) < 5, "\(left)")
  }

  @Test("what is done once before the items is no part of their rate")
  func preparation() throws {
    var progress = StageProgress(stage: "embedding", started: start, total: nil)
    progress.advance(done: 0, failed: 0, total: 1_000, at: start + .seconds(20))
    progress.advance(done: 100, failed: 0, total: 1_000, at: start + .seconds(21))
    #expect(progress.rate(at: start + .seconds(21)) == 100)
    #expect(progress.secondsLeft(at: start + .seconds(21)) == 9)
  }

  @Test("where nothing comes any more the rate falls, and then the line says for how long")
  func stalled() throws {
    var progress = StageProgress(stage: "embedding", started: start, total: 10_000)
    _ = work(&progress, from: 0, to: 40, rate: 100, total: 10_000)
    let soon = try #require(progress.rate(at: start + .seconds(50)))
    #expect(soon > 60 && soon < 70, "20 s of 30 at 100/s: \(soon)")
    #expect(progress.rate(at: start + .seconds(75)) == nil)
    #expect(progress.line(at: start + .seconds(75)) == "embedding: 4,000 of 10,000 done, nothing for 35 s")
  }

  @Test("a stage that tells no items shows how long it has been at work")
  func noItems() {
    let progress = StageProgress(stage: "network", started: start, total: nil)
    #expect(progress.line(at: start + .seconds(12)) == "network: 12 s")
  }

  private func display(
    _ style: ProgressDisplay.Style, _ body: (ProgressDisplay) -> Void
  ) -> String {
    let written = Mutex("")
    let display = ProgressDisplay(style: style) { text in written.withLock { $0 += text } }
    body(display)
    return written.withLock { $0 }
  }

  private func run(_ display: ProgressDisplay) {
    display.receive(
      .stageStarted(stage: "embedding", uses: "features", reasons: ["not run yet"], pending: 500), at: start)
    display.receive(.advanced(stage: "embedding", done: 64, failed: 2, total: 500), at: start + .seconds(1))
    display.receive(.advanced(stage: "embedding", done: 400, failed: 2, total: 500), at: start + .seconds(9))
    display.tick(at: start + .seconds(12))
    let report = StageReport(
      uses: "features", state: .done, items: ItemCounts(done: 498, failed: 2), seconds: 13, reasons: [])
    display.receive(.stageFinished(stage: "embedding", report), at: start + .seconds(13))
  }

  @Test("a terminal has one line a stage that is rewritten, without an escape sequence")
  func live() {
    let text = display(.live, run)
    #expect(text.contains("embedding (features): not run yet\n"))
    #expect(text.contains("\rembedding: 64 of 500 done, 2 failed"))
    #expect(text.contains("embedding: 498 done, 2 failed, 13 s\n"))
    #expect(text.count { $0 == "\n" } == 2, "the line in between is rewritten")
    #expect(!text.contains("\u{1B}"))
  }

  @Test("elsewhere there is a line every ten seconds, also where nothing is reported")
  func plain() {
    let lines = display(.plain, run).split(separator: "\n")
    #expect(
      lines == [
        "embedding (features): not run yet", "embedding: 400 of 500 done, 2 failed, 34/s, 2.9 s left",
        "embedding: 498 done, 2 failed, 13 s",
      ])
  }

  @Test("log records are an object a line, with numbers as numbers")
  func records() throws {
    let written = Mutex("")
    let logger = Logger(label: "test") { label in
      JSONLogHandler(label: label) { text in written.withLock { $0 += text } }
    }
    let hostile = "a \"quoted\"\nname\u{1B}[31m"
    logger.warning("\(hostile)", metadata: ["item": "\(hostile)", "ratio": .stringConvertible(0.5)])
    run(ProgressDisplay(style: .records(logger)) { _ in Issue.record("records go through the logger") })
    let lines = written.withLock { $0 }.split(separator: "\n")
    let objects = try lines.map {
      try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
    #expect(
      objects.map { $0["message"] as? String } == [hostile, "stage started", "progress", "stage finished"])
    #expect(objects.map { $0["level"] as? String } == ["warning", "info", "info", "info"])
    #expect((objects[0]["metadata"] as? [String: Any])?["ratio"] as? Double == 0.5)
    let progress = try #require(objects[2]["metadata"] as? [String: Any])
    #expect(progress["done"] as? Int == 400 && progress["total"] as? Int == 500)
    #expect(progress["seconds_left"] is Double)
    let time = try #require(objects[0]["time"] as? String)
    #expect(time.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/) != nil, "\(time)")
  }

  @Test(
    "with --log-format json all of standard error is an object a line, errors too",
    .enabled(if: PythonPeer.isPresent, "SYNOPTIC_PYTHON is not set"))
  func wholeRun() throws {
    let project = try SmallProject()
    let run = try project.synoptic("run small.yaml --log-format json --json")
    #expect(run.status == 2)
    var messages: [String] = []
    for line in run.errors.split(separator: "\n") {
      let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
      messages.append(try #require(object?["message"] as? String))
    }
    #expect(messages.contains("stage started") && messages.contains("stage finished"))
    #expect(messages.contains { $0.contains("1 item failed") })
    let wrong = try project.synoptic("run nowhere.yaml --log-format json")
    #expect(wrong.status == 64)
    let object = try JSONSerialization.jsonObject(with: Data(wrong.errors.utf8)) as? [String: Any]
    #expect(object?["level"] as? String == "error")
    #expect((object?["message"] as? String)?.contains("nowhere.yaml") == true)
    #expect(try project.synoptic("run small.yaml --log-format xml").status == 64)
  }
}
