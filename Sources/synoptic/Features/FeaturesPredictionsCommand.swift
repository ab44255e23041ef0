import ArgumentParser
import FeatureStore
import GRDB

struct FeaturesPredictionsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "predictions",
    abstract: "Show what the network calls the images, beside what they are.",
    discussion: """
      In path order. A + marks where the most probable class is the true one, or a kind of it: a tailed frog is a \
      frog. --json has every class that was stored, best first.

      EXAMPLES
        synoptic features predictions quickstart.sqlite --limit 10
        synoptic features predictions quickstart.sqlite --spread --limit 10
        synoptic features predictions quickstart.sqlite --space embedding --json
      """)

  @Argument(help: "A store, or a pipeline file that names one.", completion: .file())
  var store: String

  @Option(help: "Show at most this many images.")
  var limit: Int?

  @Flag(help: "With --limit: take images from all over the store, not the first ones.")
  var spread = false

  @Option(help: "The feature space (default: the last whose network has labels).")
  var space: String?

  @OptionGroup var json: JSONFlag

  func validate() throws {
    if let limit, limit < 1 { throw ValidationError("--limit is \(limit), and must be at least 1") }
  }

  func run() throws {
    let predictions = try OpenStore(store).database.read { db in try fetch(db) }
    if json.isOn { return try StandardOutput.write(line: predictions.json.line) }
    if predictions.rows.isEmpty { return StandardError.say("no image has predictions yet") }
    try StandardOutput.write(predictions.table)
  }

  private func fetch(_ db: Database) throws -> ImagePredictions {
    let space = try space.map { try SpaceRecord.resolve($0, in: db) } ?? labelledSpace(in: db)
    guard let labels = try space.labels(in: db) else { throw StoreError.noLabels(space: space.name) }
    var listing = ImageListing()
    listing.hasVector = (space.id, true)
    listing.limit = limit
    var images: [ImageRecord]
    if spread, let limit {
      let total = try listing.count(db)
      listing.limit = 1
      images = []
      for position in 0..<min(limit, total) {
        listing.offset = position * total / min(limit, total)
        images += try listing.fetch(db)
      }
    } else {
      images = try listing.fetch(db)
    }
    let names = try SynsetNames(db)
    return ImagePredictions(
      space: space.name,
      rows: try images.map { image in
        let found =
          try image.contentID.map { try FeatureRow.predictions(content: $0, space: space, in: db) } ?? []
        return .init(
          image: image,
          predictions: found.map {
            (labels.indices.contains($0.classIndex) ? labels[$0.classIndex] : nil, $0)
          })
      }, names: names)
  }

  private func labelledSpace(in db: Database) throws -> SpaceRecord {
    if let labelled = try SpaceRecord.all(in: db).first(where: { try $0.labels(in: db) != nil }) {
      return labelled
    }
    return try SpaceRecord.resolve(nil, in: db)
  }
}

/// Images beside what a network calls them.
private struct ImagePredictions {
  struct Row {
    let image: ImageRecord
    /// Best first; the wnid is nil for an output that has no label.
    let predictions: [(wnid: String?, prediction: Prediction)]

  }

  let space: String
  let rows: [Row]
  let names: SynsetNames

  /// Whether the most probable class is the true one or below it. Nil where it isn't known what the image is.
  private func isRight(_ row: Row) -> Bool? {
    guard let wnid = row.image.wnid, let best = row.predictions.first?.wnid else { return nil }
    return wnid == best || names.isKind(best, of: wnid)
  }

  var json: JSON {
    ["space": .string(space), "images": .array(rows.map(json))]
  }

  private func json(_ row: Row) -> JSON {
    [
      "id": .integer(Int(row.image.id)), "path": .string(row.image.path), "wnid": .text(row.image.wnid),
      "class": .text(row.image.wnid.flatMap(names.words)),
      "right": isRight(row).map(JSON.boolean) ?? .null,
      "predictions": .array(
        row.predictions.map { wnid, prediction in
          [
            "wnid": .text(wnid), "class": .text(wnid.flatMap(names.words)),
            "index": .integer(prediction.classIndex),
            "probability": .number(Double("\(prediction.probability)") ?? Double(prediction.probability)),
          ]
        }),
    ]
  }

  var table: String {
    var table = TextTable([
      ("", .left), ("TRUE CLASS", .left), ("PREDICTED CLASS", .left), ("PROBABILITY", .right),
      ("PATH", .left),
    ])
    for row in rows {
      let best = row.predictions.first
      table.append([
        isRight(row) == true ? "+" : "", row.image.wnid.map(names.word) ?? "-",
        best.map { found in found.wnid.map(names.word) ?? "class \(found.prediction.classIndex)" } ?? "-",
        best.map { Quantities.percent(Double($0.prediction.probability)) } ?? "", row.image.path,
      ])
    }
    return table.text
  }
}
