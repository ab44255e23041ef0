import Foundation
import TestSupport
import Testing

@testable import Pipeline
@testable import Reports

@Suite struct `The page of a run` {
  static let hostile = [
    "<script>alert('x')</script>.jpg", "\"><img src=x onerror=alert(1)>.png", "' onload='steal()",
    "</style><script>1</script>", "]]><!--", "javascript:alert(1)", "\u{202e}gpj.exe", "a\nb\u{0}c\u{1b}[2J",
    "&#60;b&#62;",
    "</title></head><body onload=x>", "{{7*7}}", String(repeating: "long ", count: 500),
  ]

  /// A run in which every text that comes from outside is hostile.
  static func run(_ outcome: RunSummary.Outcome = .someFailed, samples: Int = 60) -> RunRecord {
    let summary = RunSummary(
      id: 3, command: ["/usr/bin/synoptic", "run", hostile[0], hostile[2]], pipeline: hostile[1],
      started: Date(timeIntervalSince1970: 1_700_000_000), seen: Date(timeIntervalSince1970: 1_700_000_090),
      finished: nil, seconds: 90, outcome: outcome, host: hostile[3], process: 7,
      worked: ItemCounts(done: 5_000, failed: 30))
    let names = [hostile[0], hostile[3], hostile[8], hostile[11]]
    let stages = names.enumerated().map { position, name in
      StageRunRecord(
        name: name, uses: hostile[5], needs: Array(names[..<position]),
        state: position == 3 ? .waiting : .done,
        reasons: [hostile[9]], began: position == 3 ? nil : Double(position * 30), seconds: 30,
        pending: 5_000,
        worked: ItemCounts(done: 4_970, failed: 30), workingSeconds: 28, standing: nil,
        samples: (0..<samples).map {
          ThroughputSample(seconds: Double($0) / 2, done: $0 * 80 + ($0 % 7) * 9, failed: $0 / 2)
        },
        steps: [
          StepRecord(name: hostile[4], seconds: 3, count: 100),
          StepRecord(name: "read", seconds: 1, count: 9),
        ],
        failures: [
          FailureTally(
            errorClass: hostile[6], count: 30, examples: hostile.map { .init(item: $0, message: $0) })
        ])
    }
    return RunRecord(
      summary: summary, parameters: [names[0]: [hostile[1]: hostile[2]]], versions: [hostile[4]: hostile[0]],
      machine: Machine(
        host: hostile[3], system: hostile[0], architecture: "x", processor: hostile[1], processors: 2,
        memory: 1 << 30),
      threads: 2, planning: 0.5, stages: stages)
  }

  /// What another parser makes of it: every element and attribute there is.
  private func parsed(_ html: String) throws -> [String] {
    let folder = try TemporaryFolder()
    let path = try folder.write("page.html", html)
    return try PythonPeer.run(
      """
      import sys
      from html.parser import HTMLParser
      class Reader(HTMLParser):
          def handle_starttag(self, tag, attributes):
              print(tag)
              for name, value in attributes:
                  print(f"@{name}={value.splitlines()[0] if value else ''}")
          handle_startendtag = handle_starttag
      Reader(convert_charrefs=True).feed(open(sys.argv[1], encoding="utf-8").read())
      """, [path]
    ).split(separator: "\n").map(String.init)
  }

  @Test(.enabled(if: PythonPeer.isPresent, "SYNOPTIC_PYTHON is not set"))
  func `hostile names and messages stay text`() throws {
    let parts = Set(try parsed(RunPage(Self.run(), store: Self.hostile[1]).page.html))
    let elements = parts.filter { !$0.hasPrefix("@") }
    let known: Set<String> = [
      "html", "head", "meta", "title", "style", "body", "main", "header", "section", "h1", "h2", "h3", "p",
      "div",
      "span", "b", "bdi", "code", "table", "thead", "tbody", "tr", "th", "td", "svg", "rect", "line", "path",
      "text",
    ]
    #expect(elements.subtracting(known).isEmpty, "no element but those of the page")
    let attributes = Set(parts.filter { $0.hasPrefix("@") }.map { $0.dropFirst().prefix { $0 != "=" } })
    #expect(!attributes.contains { $0.hasPrefix("on") || ["src", "href", "style", "action"].contains($0) })
  }

  @Test(arguments: RunSummary.Outcome.allCases, [0, 3, 4, 60, 241])
  func `the page is well-formed XML as well, for any outcome and any number of samples`(
    _ outcome: RunSummary.Outcome, _ samples: Int
  ) throws {
    let html = RunPage(Self.run(outcome, samples: samples), store: "s.sqlite").page.html
    let folder = try TemporaryFolder()
    let path = try folder.write("page.html", html)
    let lint = Process()
    lint.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    lint.arguments = ["xmllint", "--noout", "--nonet", path]
    try lint.run()
    lint.waitUntilExit()
    #expect(lint.terminationStatus == 0)
  }

  @Test func `it needs nothing but itself`() {
    let html = RunPage(Self.run(), store: "s.sqlite").page.html
    #expect(html.contains("default-src &#39;none&#39;"), "a browser is told to load nothing")
    let addresses = html.matches(of: /https?:[^"<\s]+/).map { String($0.output) }
    #expect(Set(addresses) == ["http://www.w3.org/1999/xhtml", "http://www.w3.org/2000/svg"])
    #expect(!html.contains("url("))
    #expect(html.contains("prefers-color-scheme: dark"))
  }

  @Test func `it says how the run went, and shows graph, timeline, throughput, steps and failures`() {
    let html = RunPage(Self.run(.killed), store: "s.sqlite").page.html
    for text in [
      "Run 3 of", ">killed<", "Stages", "Timeline", "Throughput", "What the steps took", "What failed",
      "How it was run",
      "5,000", "Started 2023-11-14T22:13:20Z",
    ] { #expect(html.contains(text)) }
  }

  @Test func `a run without stages, or in which nothing happened, still has a page`() {
    let run = Self.run(.done)
    let empty = RunRecord(
      summary: run.summary, parameters: [:], versions: [:], machine: run.machine, threads: 1, planning: 0,
      stages: [])
    let html = RunPage(empty, store: "s.sqlite").page.html
    #expect(html.contains("Run 3 of"))
    #expect(!html.contains("nan") && !html.contains("inf"))
  }
}
