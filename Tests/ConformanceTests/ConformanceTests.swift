import Foundation
import Network
import TestSupport
import Testing

@Suite(
  "The backend suite of ONNX",
  .enabled(
    if: ConformanceCase.arePresent,
    "needs the cases that Scripts/lib/onnx-cases writes into .cache/onnx-cases"))
struct ConformanceTests {
  /// Every case run once, for all tests here.
  static let judged = Task<[(test: ConformanceCase, judgement: Judgement)], any Error> {
    let cases = try ConformanceCase.all()
    return await withTaskGroup(of: (Int, Judgement).self) { group in
      for (index, test) in cases.enumerated() { group.addTask { (index, Judgement(test)) } }
      var judgements: [Int: Judgement] = [:]
      for await (index, judgement) in group { judgements[index] = judgement }
      return cases.enumerated().compactMap { index, test in judgements[index].map { (test, $0) } }
    }
  }

  @Test("every case passes, or is skipped for a reason; a skipped case that passes is an error")
  func everyCase() async throws {
    let skips = try SkipList.read()
    var used: Set<Int> = []
    for (test, judgement) in try await Self.judged.value {
      let entry = skips.entry(for: test.id)
      if let entry { used.insert(entry) }
      switch judgement {
      case .passed:
        if let entry { Issue.record("\(test.id) passes, but is skipped: \(skips.entries[entry].reason)") }
      case .refused(let reason), .wrong(let reason):
        if entry == nil { Issue.record("\(test.id): \(reason)") }
      }
    }
    for index in skips.entries.indices where !used.contains(index) {
      Issue.record("no case is named \(skips.entries[index].pattern), which is skipped")
    }
  }

  @Test("what passes also does after the graph's passes")
  func simplified() async throws {
    let passed = try await Self.judged.value.filter { $0.judgement == .passed }.map(\.test)
    let differences = await withTaskGroup(of: String?.self) { group in
      for test in passed {
        group.addTask {
          do {
            return try Judgement.simplified(test).map { "\(test.id): \($0)" }
          } catch {
            return "\(test.id): \(error)"
          }
        }
      }
      var found: [String] = []
      for await difference in group { if let difference { found.append(difference) } }
      return found.sorted()
    }
    for difference in differences { Issue.record("\(difference)") }
  }

  @Test("the published table is what this run makes")
  func table() async throws {
    let skips = try SkipList.read()
    var table = ConformanceTable(version: try ConformanceCase.version())
    for (test, _) in try await Self.judged.value {
      table.add(test, reason: skips.entry(for: test.id).map { skips.entries[$0].reason })
    }
    let page = PackageRoot.url.appendingPathComponent("Documentation/onnx-conformance.md")
    if ProcessInfo.processInfo.environment["SYNOPTIC_UPDATE_DOCUMENTATION"] == "1" {
      try FileManager.default.createDirectory(
        at: page.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(table.markdown.utf8).write(to: page)
    }
    let written = try String(contentsOf: page, encoding: .utf8)
    #expect(
      written == table.markdown,
      "Documentation/onnx-conformance.md is out of date: run this test with SYNOPTIC_UPDATE_DOCUMENTATION=1")
  }
}
