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
          [
            "id": .integer(Int(result.id)), "path": .string(result.path), "wnid": .text(result.wnid),
            "score": .number(result.score), "class": .text(result.wnid.flatMap(names.words)),
            "predicted": .boolean(result.isPredicted),
          ]
        }),
    ]
  }

  var table: String {
    var table = TextTable([("RANK", .right), ("SCORE", .right), ("CLASS", .left), ("PATH", .left)])
    for (rank, result) in results.enumerated() {
      let name = result.wnid.map { names.word($0) + (result.isPredicted ? " ?" : "") } ?? "-"
      table.append(["\(rank + 1)", Quantities.fixed(result.score, 4), name, result.path])
    }
    return table.text
  }
}
