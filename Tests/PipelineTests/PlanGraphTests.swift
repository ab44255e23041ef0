import Foundation
import Pipeline
import TestSupport
import Testing

@Suite struct `A plan as a picture` {
  private func plan() async throws -> Plan {
    let workshop = try Workshop()
    try await workshop.run(try workshop.file("n: { uses: numbers, count: 12 }"))
    return try workshop.plan(
      try workshop.file("n: { uses: numbers, count: 12 }", "s: { uses: squares, numbers: n }"))
  }

  @Test func `for Mermaid`() async throws {
    #expect(
      PlanGraph.mermaid.text(of: try await plan()) == """
        flowchart LR
          s0["n<br/>numbers<br/>current"]:::current
          s1["s<br/>squares<br/>new, 12 items to do"]:::new
          s0 -->|"numbers"| s1
          classDef current fill:#d9ead3,stroke:#666,color:#000
          classDef stale fill:#fce5cd,stroke:#666,color:#000
          classDef new fill:#cfe2f3,stroke:#666,color:#000
          classDef incomplete fill:#fff2cc,stroke:#666,color:#000

        """)
  }

  @Test func `for Graphviz`() async throws {
    #expect(
      PlanGraph.dot.text(of: try await plan()) == """
        digraph pipeline {
          rankdir=LR;
          node [shape=box, style=filled, fontname="sans-serif"];
          s0 [label="n\\nnumbers\\ncurrent", fillcolor="#d9ead3"];
          s1 [label="s\\nsquares\\nnew, 12 items to do", fillcolor="#cfe2f3"];
          s0 -> s1 [label="numbers"];
        }

        """)
  }
}
