import Foundation
import Pipeline
import Reports

/// Runs as tables for people and as JSON for programs.
enum RunListing {
  // MARK: For programs

  static func json(_ run: RunSummary) -> JSON { .object(members(run)) }

  static func json(_ run: RunRecord) -> JSON {
    let machine: JSON = [
      "host": .string(run.machine.host), "system": .string(run.machine.system),
      "architecture": .string(run.machine.architecture), "processor": .text(run.machine.processor),
      "processors": .integer(run.machine.processors), "memory": .integer(Int(run.machine.memory)),
    ]
    return .object(
      members(run.summary) + [
        .init(name: "planning_seconds", value: .number(run.planning)),
        .init(name: "threads", value: .integer(run.threads)),
        .init(name: "versions", value: object(run.versions)),
        .init(name: "machine", value: machine),
        .init(
          name: "parameters",
          value: .object(
            run.parameters.sorted { $0.key < $1.key }.map { .init(name: $0.key, value: object($0.value)) })),
        .init(name: "stages", value: .array(run.stages.map(json))),
      ])
  }

  private static func members(_ run: RunSummary) -> [JSON.Member] {
    [
      .init(name: "run", value: .integer(Int(run.id))),
      .init(name: "outcome", value: .string(run.outcome.rawValue)),
      .init(name: "command", value: .strings(run.command)),
      .init(name: "pipeline", value: .string(run.pipeline)),
      .init(name: "started", value: .string(run.started.ISO8601Format())),
      .init(name: "last_seen", value: .string(run.seen.ISO8601Format())),
      .init(name: "finished", value: .text(run.finished?.ISO8601Format())),
      .init(name: "seconds", value: .number(rounded(run.seconds))),
      .init(name: "items", value: items(run.worked)), .init(name: "host", value: .string(run.host)),
      .init(name: "process", value: .integer(run.process)),
    ]
  }

  private static func json(_ stage: StageRunRecord) -> JSON {
    [
      "stage": .string(stage.name), "uses": .string(stage.uses), "state": .string(stage.state.rawValue),
      "needs": .strings(stage.needs), "reasons": .strings(stage.reasons),
      "began": stage.began.map { .number(rounded($0)) } ?? .null, "seconds": .number(rounded(stage.seconds)),
      "pending": .integer(stage.pending), "items": items(stage.worked),
      "items_per_second": stage.rate.map { .number(rounded($0)) } ?? .null,
      "steps": .object(
        stage.steps.map { step in
          .init(
            name: step.name,
            value: ["seconds": .number(rounded(step.seconds)), "count": .integer(step.count)])
        }),
      "failures": .array(stage.failures.map(json)),
      "samples": .array(
        stage.samples.map { .array([.number($0.seconds), .integer($0.done), .integer($0.failed)]) }),
    ]
  }

  private static func json(_ failure: FailureTally) -> JSON {
    [
      "class": .string(failure.errorClass), "count": .integer(failure.count),
      "examples": .array(
        failure.examples.map { ["item": .string($0.item), "message": .string($0.message)] }),
    ]
  }

  private static func items(_ counts: ItemCounts) -> JSON {
    ["done": .integer(counts.done), "failed": .integer(counts.failed)]
  }

  private static func object(_ values: [String: String]) -> JSON {
    .object(values.sorted { $0.key < $1.key }.map { .init(name: $0.key, value: .string($0.value)) })
  }

  /// To the microsecond: what follows are a clock's crumbs.
  private static func rounded(_ value: Double) -> Double { (value * 1e6).rounded() / 1e6 }

  // MARK: For people

  static func table(_ runs: [RunSummary]) -> String {
    var table = TextTable([
      ("RUN", .right), ("STARTED", .left), ("TIME", .right), ("OUTCOME", .left), ("DONE", .right),
      ("FAILED", .right), ("COMMAND", .left),
    ])
    for run in runs {
      table.append([
        "\(run.id)", run.started.ISO8601Format(), Quantities.duration(seconds: run.seconds),
        run.outcome.rawValue, Quantities.count(run.worked.done), Quantities.count(run.worked.failed),
        RunWording.commandLine(run.command),
      ])
    }
    return table.text
  }

  static func text(_ run: RunRecord) -> String {
    let summary = run.summary
    var facts = TextTable([("RUN", .left), ("\(summary.id)", .left)])
    facts.append(["outcome", RunWording.outcome(summary)])
    facts.append(["command", RunWording.commandLine(summary.command)])
    facts.append([
      "started",
      "\(summary.started.ISO8601Format()), \(Quantities.duration(seconds: summary.seconds)), of it "
        + "\(Quantities.duration(seconds: run.planning)) planning",
    ])
    facts.append(["machine", RunWording.machine(of: run)])
    facts.append([
      "versions",
      run.versions.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", "),
    ])
    return [facts.text, stages(run), steps(run), failures(run)].compactMap { $0 }.joined(separator: "\n")
  }

  private static func stages(_ run: RunRecord) -> String {
    var table = TextTable([
      ("STAGE", .left), ("USES", .left), ("STATE", .left), ("DONE", .right), ("FAILED", .right),
      ("TIME", .right), ("RATE", .right), ("WHY", .left),
    ])
    for stage in run.stages {
      let ran = stage.began != nil
      table.append([
        stage.name, stage.uses, stage.state.rawValue, ran ? Quantities.count(stage.worked.done) : "",
        ran ? Quantities.count(stage.worked.failed) : "",
        ran ? Quantities.duration(seconds: stage.seconds) : "", stage.rate.map(Quantities.rate) ?? "",
        stage.reasons.joined(separator: "; "),
      ])
    }
    return table.text
  }

  private static func steps(_ run: RunRecord) -> String? {
    var table = TextTable([
      ("STAGE", .left), ("STEP", .left), ("TIME", .right), ("SHARE", .right), ("TIMES", .right),
      ("EACH", .right),
    ])
    for stage in run.stages {
      let total = stage.steps.reduce(0) { $0 + $1.seconds }
      for step in stage.steps where total > 0 {
        table.append([
          stage.name, step.name, Quantities.duration(seconds: step.seconds),
          Quantities.percent(step.seconds / total), Quantities.count(step.count),
          Quantities.fixed(1_000 * step.seconds / Double(max(1, step.count)), 3) + " ms",
        ])
      }
    }
    return table.isEmpty ? nil : table.text
  }

  private static func failures(_ run: RunRecord) -> String? {
    var table = TextTable([
      ("STAGE", .left), ("CLASS", .left), ("FAILED", .right), ("FOR EXAMPLE", .left), ("MESSAGE", .left),
    ])
    for (stage, failure) in run.failures {
      table.append([
        stage, failure.errorClass, Quantities.count(failure.count), failure.examples.first?.item ?? "",
        failure.examples.first?.message ?? "",
      ])
    }
    return table.isEmpty ? nil : table.text
  }
}
