import FeatureStore

/// What a search found, best first.
struct FoundImages {
  let space: SpaceRecord?
  let results: [SearchResult]
  let names: SynsetNames

  var json: JSON {
    [
      "space": .text(space?.name),
      "results": .array(
        results.map { result in
          let box = result.box.map { box in
            JSON.array([box.box.left, box.box.top, box.box.right, box.box.bottom].map { JSON.integer($0) })
          }
          return .object(members(of: result) + (box.map { [.init(name: "box", value: $0)] } ?? []))
        }),
    ]
  }

  private func members(of result: SearchResult) -> [JSON.Member] {
    [

      .init(name: "id", value: .integer(Int(result.id))), .init(name: "path", value: .string(result.path)),
      .init(name: "wnid", value: .text(result.wnid)), .init(name: "score", value: .number(result.score)),
      .init(name: "class", value: .text(result.wnid.flatMap(names.words))),
      .init(name: "predicted", value: .boolean(result.isPredicted)),
    ]
  }

  var table: String {
    var table = TextTable([("RANK", .right), ("SCORE", .right), ("CLASS", .left), ("PATH", .left)])
    for (rank, result) in results.enumerated() {
      let name = result.wnid.map { names.word($0) + (result.isPredicted ? " ?" : "") } ?? "-"
      table.append(["\(rank + 1)", Quantities.fixed(result.score, 4), name, path(of: result)])
    }
    return table.text
  }

  /// With the box behind it where it is one: `dog.jpg [12, 30, 200, 180]`.
  private func path(of result: SearchResult) -> String {
    guard let box = result.box?.box else { return result.path }
    return "\(result.path) [\(box.left), \(box.top), \(box.right), \(box.bottom)]"
  }
}
