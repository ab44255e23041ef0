/// No stage waits for itself by way of others. Each circle is told once, at the reference that closes it.
enum CycleRule {
  static func check(_ uses: [ReferenceUse], order: [String], _ problems: inout [PipelineProblem]) {
    let edges = Dictionary(grouping: uses.filter { $0.target != $0.stage }, by: \.stage)
    var finished: Set<String> = []
    for start in order { visit(start, along: [], edges, &finished, &problems) }
  }

  private static func visit(
    _ stage: String, along path: [String], _ edges: [String: [ReferenceUse]], _ finished: inout Set<String>,
    _ problems: inout [PipelineProblem]
  ) {
    guard !finished.contains(stage) else { return }
    let path = path + [stage]
    for use in edges[stage] ?? [] {
      if let first = path.firstIndex(of: use.target) {
        let circle = (path[first...] + [use.target]).joined(separator: " -> ")
        problems.append(
          PipelineProblem(
            use.location, "\(use.parameter): stages wait for each other in a circle: \(circle)",
            expected: "expected every stage to refer to earlier results only"))
      } else {
        visit(use.target, along: path, edges, &finished, &problems)
      }
    }
    finished.insert(stage)
  }
}
