import ArgumentParser
import FeatureStore

struct FeaturesListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "List the feature spaces of a store, the one used last first.",
    discussion: """
      Vectors of two spaces are never compared: a space is one network, preprocessing, layer and encoding.

      EXAMPLES
        synoptic features list quickstart.sqlite
        synoptic features list quickstart.sqlite --json
      """)

  @Argument(help: "A store, or a pipeline file that names one.", completion: .file())
  var store: String

  @OptionGroup var json: JSONFlag

  func run() throws {
    let spaces = try OpenStore(store).database.read { db in try SpaceRecord.all(in: db) }
    if json.isOn { return try StandardOutput.write(line: listing(spaces).line) }
    guard !spaces.isEmpty else { throw StoreError.noSpaces }
    var table = TextTable([
      ("SPACE", .left), ("LAYER", .left), ("VALUES", .right), ("ENCODING", .left), ("VECTORS", .right),
      ("FINGERPRINT", .left),
    ])
    for space in spaces {
      table.append([
        space.name, space.layer, Quantities.count(space.dimension), space.encoding.rawValue,
        Quantities.count(space.vectorCount), String(space.fingerprint.prefix(12)),
      ])
    }
    try StandardOutput.write(table.text)
  }

  private func listing(_ spaces: [SpaceRecord]) -> JSON {
    [
      "spaces": .array(
        spaces.map { space in
          [
            "space": .string(space.name), "layer": .string(space.layer),
            "dimension": .integer(space.dimension),
            "encoding": .string(space.encoding.rawValue), "vectors": .integer(space.vectorCount),
            "fingerprint": .string(space.fingerprint),
          ]
        })
    ]
  }
}
