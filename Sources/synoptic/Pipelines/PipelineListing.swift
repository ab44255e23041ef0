import Pipeline

/// Stages as tables for people and as JSON for programs.
enum PipelineListing {
  static func json(_ report: RunReport) -> JSON {
    let stages = report.stages.map { name, stage in
      JSON.Member(
        name: name,
        value: [
          "uses": .string(stage.uses), "state": .string(stage.state.rawValue), "items": json(stage.items),
          "seconds": .number(stage.seconds), "reasons": .strings(stage.reasons),
        ])
    }
    return ["stages": .object(stages), "exit": .integer(Int(report.exit.rawValue))]
  }

  static func json(_ plan: Plan) -> JSON {
    let stages = plan.stages.map { stage in
      JSON.Member(
        name: stage.name,
        value: [
          "uses": .string(stage.uses), "state": .string(stage.state.rawValue),
          "reasons": .strings(stage.reasons), "items": json(stage.items),
        ])
    }
    return ["stages": .object(stages)]
  }

  static func json(_ stages: [StageStatus]) -> JSON {
    .object(
      stages.map { stage in
        JSON.Member(
          name: stage.name,
          value: [
            "uses": .string(stage.uses), "state": .string(stage.state.rawValue),
            "reasons": .strings(stage.reasons), "items": json(stage.items), "seconds": .number(stage.seconds),
            "finished": .text(stage.finished), "fingerprint": .string(stage.fingerprint),
          ])
      })
  }

  static func json(_ failure: RecordedFailure) -> JSON {
    [
      "stage": .string(failure.stage), "path": .string(failure.name), "class": .string(failure.errorClass),
      "message": .string(failure.message), "attempts": .integer(failure.attempts),
      "updated": .string(failure.updated.ISO8601Format()), "forgiven": .boolean(failure.isForgiven),
    ]
  }

  private static func json(_ items: ItemCounts) -> JSON {
    var members: [JSON.Member] = [
      .init(name: "done", value: .integer(items.done)), .init(name: "failed", value: .integer(items.failed)),
    ]
    if items.forgiven > 0 { members.append(.init(name: "forgiven", value: .integer(items.forgiven))) }
    if let pending = items.pending { members.append(.init(name: "pending", value: .integer(pending))) }
    return .object(members)
  }

  static func table(_ report: RunReport) -> String {
    var table = TextTable([
      ("STAGE", .left), ("USES", .left), ("STATE", .left), ("DONE", .right), ("FAILED", .right),
      ("TIME", .right),
    ])
    for (name, stage) in report.stages {
      table.append([
        name, stage.uses, stage.state.rawValue, Quantities.count(stage.items.done),
        Quantities.count(stage.items.failed),
        stage.state == .current ? "" : Quantities.duration(seconds: stage.seconds),
      ])
    }
    return table.text
  }

  static func table(_ plan: Plan) -> String {
    var table = TextTable([
      ("STAGE", .left), ("USES", .left), ("STATE", .left), ("DONE", .right), ("FAILED", .right),
      ("PENDING", .right), ("WHY", .left),
    ])
    for stage in plan.stages {
      table.append([
        stage.name, stage.uses, stage.state.rawValue, Quantities.count(stage.items.done),
        Quantities.count(stage.items.failed), stage.items.pending.map(Quantities.count) ?? "",
        stage.reasons.joined(separator: "; "),
      ])
    }
    return table.text
  }

  static func table(_ stages: [StageStatus]) -> String {
    var table = TextTable([
      ("STAGE", .left), ("USES", .left), ("STATE", .left), ("DONE", .right), ("FAILED", .right),
      ("TIME", .right),
      ("FINISHED", .left), ("WHY", .left),
    ])
    for stage in stages {
      table.append([
        stage.name, stage.uses, stage.state.rawValue, Quantities.count(stage.items.done),
        Quantities.count(stage.items.failed), Quantities.duration(seconds: stage.seconds),
        stage.finished ?? "", stage.reasons.joined(separator: "; "),
      ])
    }
    return table.text
  }

  static func table(_ failures: [RecordedFailure]) -> String {
    var table = TextTable([
      ("STAGE", .left), ("PATH", .left), ("CLASS", .left), ("TRIED", .right), ("LAST", .left),
      ("MESSAGE", .left),
    ])
    for failure in failures {
      table.append([
        failure.stage, failure.name, failure.errorClass, Quantities.count(failure.attempts),
        failure.updated.ISO8601Format(), failure.message,
      ])
    }
    return table.text
  }
}
