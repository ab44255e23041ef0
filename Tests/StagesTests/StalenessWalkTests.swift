import Foundation
import Pipeline
import TestSupport
import Testing

@testable import Stages

/// Goes through every parameter that a registered kind declares, changes it alone, and expects from its declaration
/// what becomes another result: the one place where a parameter is classed is the one that is believed.
@Suite struct `Every declared parameter` {
  /// Two stages of each kind, so that a reference can be changed; the walk changes those in `stageOfKind`.
  private static let pipeline = """
    store: store.sqlite
    stages:
      taxonomy:  { uses: synsets,  source: structure.xml }
      others:    { uses: synsets,  source: others.xml }
      photos:    { uses: images,   source: list.tsv, root: images, synsets: taxonomy }
      more:      { uses: images,   source: images/n02084071 }
      network:   { uses: network,  model: tiny.onnx, labels: labels.txt, preprocess: plain,
                   calibrate: { images: photos, count: 4 } }
      floats:    { uses: network,  model: tiny.onnx, preprocess: plain, precision: float32 }
      embedding: { uses: features, network: network, images: photos, batch: 4 }
      second:    { uses: features, network: floats, images: more }
      index:     { uses: index,    features: embedding }

    """

  private static let stageOfKind = [
    "synsets": "taxonomy", "images": "photos", "network": "network", "features": "embedding",
    "index": "index",
  ]
  /// What another value of a path is; those not here are left out of the walk.
  private static let otherPath = [
    "synsets.source": "third.xml", "images.source": "others.tsv", "images.root": "copies",
    "network.model": "other.onnx", "network.labels": "others.txt",
  ]
  private static let otherStage = [
    "synsets": "others", "images": "more", "network": "floats", "features": "second",
  ]

  struct Change: Sendable, CustomTestStringConvertible {
    var stage: String
    var parameter: String
    var value: String
    /// As the declaration says, and those of the groups around it.
    var changesResult: Bool
    var isReference: Bool
    var testDescription: String { "\(stage).\(parameter)=\(value)" }
  }

  static let changes: [Change] = StageRegistry.synoptic.kinds.flatMap { kind in
    stageOfKind[kind.name].map { stage in
      changes(kind.parameters + StageLimits.parameters, of: stage, kind: kind.name, prefix: "", counts: true)
    } ?? []
  }

  private static func changes(
    _ declarations: [ParameterDeclaration], of stage: String, kind: String, prefix: String, counts: Bool
  ) -> [Change] {
    declarations.flatMap { declaration -> [Change] in
      let name = prefix + declaration.name
      let changesResult = counts && declaration.changesResult
      func change(_ value: String?, isReference: Bool = false) -> [Change] {
        value.map {
          [
            Change(
              stage: stage, parameter: name, value: $0, changesResult: changesResult, isReference: isReference
            )
          ]
        } ?? []
      }
      let written = declaration.defaultValue?.canonicalText
      switch declaration.type {
      case .group(let inner):
        return changes(inner, of: stage, kind: kind, prefix: name + ".", counts: changesResult)
      case .path, .nameOrPath: return change(otherPath["\(kind).\(name)"])
      case .text: return change(name == "background" ? "black" : "other")
      case .numbers(let count):
        return change("[" + Array(repeating: "7", count: count).joined(separator: ", ") + "]")
      // Of what can be spelled out, another name: parts alone make no recipe.
      case .choice(let choices), .choiceOrGroup(let choices, _):
        return change(choices.first { $0 != written && $0 != "plain" })
      case .integer(let range):
        return change(String(range.contains(7) && written != "7" ? 7 : range.upperBound))
      case .number(let range): return change(String(range.upperBound / 2))
      case .boolean: return change(written == "true" ? "false" : "true")
      case .countOrShare: return change("3%")
      case .reference(let kinds): return change(kinds.first.flatMap { otherStage[$0] }, isReference: true)
      }
    }
  }

  /// One finished store for all of the walk, which only plans.
  private static let finished = Task {
    let workshop = try Workshop(images: 12)
    try workshop.folder.write(
      "others.xml", Workshop.structure.replacingOccurrences(of: "gloss=\"a", with: "gloss=\"A"))
    try workshop.folder.write("third.xml", Workshop.structure.replacingOccurrences(of: "bird", with: "fowl"))
    try workshop.folder.write("other.onnx", GeneratedONNX.bytes(seed: 9))
    try workshop.folder.write("others.txt", Workshop.wnids.reversed().joined(separator: "\n"))
    let list = "path\tclass\n" + (0..<12).map { "\(Workshop.path($0))\t\(Workshop.wnids[$0 % 4])\n" }.joined()
    try workshop.folder.write("list.tsv", list)
    try workshop.folder.write("others.tsv", list)
    try FileManager.default.copyItem(
      atPath: workshop.folder.path("images"), toPath: workshop.folder.path("copies"))
    try workshop.folder.write("pipeline.yaml", pipeline)
    let report = try await workshop.run()
    #expect(report.exit == .done, "\(report.stages.map(\.report.reasons))")
    return workshop
  }

  @Test func `is walked, of every kind there is`() {
    let walked = Set(Self.stageOfKind.keys)
    #expect(walked == Set(StageRegistry.synoptic.names))
    let (counting, others) = (Self.changes.filter(\.changesResult), Self.changes.filter { !$0.changesResult })
    #expect(counting.count >= 12)
    #expect(others.count >= 15)
  }

  @Test(arguments: changes)
  func `makes stale what its declaration says, and nothing else`(change: Change) async throws {
    let workshop = try await Self.finished.value
    let before = try workshop.plan()
    let after: Plan
    do {
      after = try workshop.plan(["\(change.stage).\(change.parameter)=\(change.value)"])
    } catch is PipelineError {
      return  // A value that the kind objects to beside the others makes nothing stale.
    }
    let changed = Set(
      after.stages.filter { $0.identity.fingerprint != before.stage(named: $0.name)?.identity.fingerprint }
        .map(\.name))
    var expected: Set<String> = change.changesResult ? [change.stage] : []
    for stage in after.stages
    where stage.references.contains(where: { $0.changesResult && expected.contains($0.stage) }) {
      expected.insert(stage.name)
    }
    #expect(changed == expected)
    for stage in after.stages {
      if expected.contains(stage.name) {
        #expect(
          stage.state == .stale && !stage.reasons.isEmpty, "\(stage.name) \(stage.state) \(stage.reasons)")
      } else if !change.isReference && !change.changesResult {
        #expect(stage.state == .current, "\(stage.name): \(stage.reasons)")
      }
    }
    let reasons = after.stage(named: change.stage)?.reasons ?? []
    let name = change.parameter.split(separator: ".").last.map(String.init) ?? ""
    if change.changesResult { #expect(reasons.contains { $0.contains(name) }, "\(reasons)") }
    // And back again: the old result is found.
    #expect(try workshop.plan().stages.allSatisfy { $0.state == .current })
  }
}
