import ArgumentParser
import FeatureStore
import GRDB
import Pipeline

struct ImagesListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "List the images of a store in path order.",
    discussion: """
      The columns are id, size in bytes, class and path; with --failed, why an image failed. Images that have \
      gone from their source are left out.

      EXAMPLES
        synoptic images list quickstart.sqlite --class vehicle --limit 20
        synoptic images list quickstart.sqlite --failed
        synoptic images list quickstart.sqlite --json
      """)

  /// Images fetched at a time.
  private static let pageSize = 5_000

  @Argument(help: "A store, or a pipeline file that names one.", completion: .file())
  var store: String

  @Option(
    name: .customLong("class"),
    help: ArgumentHelp("Only true images of this class, or one below.", valueName: "synset"))
  var ofClass: String?

  @Flag(help: "Only images that failed, with the reason.")
  var failed = false

  @Option(help: "List at most this many.")
  var limit: Int?

  @OptionGroup var json: JSONFlag

  func validate() throws {
    if let limit, limit < 1 { throw ValidationError("--limit is \(limit), and must be at least 1") }
  }

  func run() throws {
    let database = try OpenStore(store).database
    let rows = try database.read { db in try ImageRows(ofClass: ofClass, failedOnly: failed, in: db) }
    if json.isOn { try StandardOutput.write("{\"images\": [") }
    var printed = 0
    while true {
      let wanted = min(Self.pageSize, (limit ?? .max) - printed)
      if wanted == 0 { break }
      let offset = printed
      let images = try database.read { db in try rows.page(offset: offset, limit: wanted, in: db) }
      if images.isEmpty { break }
      if json.isOn {
        let text = images.map { rows.json($0).line }.joined(separator: ", ")
        try StandardOutput.write((printed > 0 ? ", " : "") + text)
      } else {
        try StandardOutput.write(images.map { rows.line($0) }.joined())
      }
      printed += images.count
    }
    if json.isOn { return try StandardOutput.write("]}\n") }
    if printed == 0 { StandardError.say(failed ? "no image failed" : "no image was found") }
  }
}

/// The images that a listing is about, with their failures.
private struct ImageRows {
  private var listing = ImageListing()
  private let names: SynsetNames
  private let failures: [String: RecordedFailure]
  private let failedOnly: Bool

  init(ofClass: String?, failedOnly: Bool, in db: Database) throws {
    names = try SynsetNames(db)
    self.failedOnly = failedOnly
    failures = Dictionary(
      try JobState.failures(db).map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    if let ofClass { listing.wnids = try names.subtree(of: ofClass) }
    if failedOnly {
      let ids = try failures.keys.flatMap { path in
        try Int64.fetchAll(db, sql: "SELECT id FROM image WHERE path = ?", arguments: [path])
      }
      listing.ids = Set(ids)
    }
  }

  func page(offset: Int, limit: Int, in db: Database) throws -> [ImageRecord] {
    var listing = listing
    listing.offset = offset
    listing.limit = limit
    return try listing.fetch(db)
  }

  func json(_ image: ImageRecord) -> JSON {
    var members: [JSON.Member] = [
      .init(name: "id", value: .integer(Int(image.id))), .init(name: "path", value: .string(image.path)),
      .init(name: "wnid", value: .text(image.wnid)), .init(name: "size", value: .integer(Int(image.size))),
    ]
    if let failure = failures[image.path] {
      members.append(
        .init(
          name: "failure",
          value: [
            "stage": .string(failure.stage), "class": .string(failure.errorClass),
            "message": .string(failure.message), "attempts": .integer(failure.attempts),
          ]))
    }
    return .object(members)
  }

  /// Fields parted by tabs, so that `cut` and `awk` take them as they are.
  func line(_ image: ImageRecord) -> String {
    var fields = ["\(image.id)", "\(image.size)", image.wnid.map(names.word) ?? "-", image.path]
    if failedOnly, let failure = failures[image.path] { fields += [failure.errorClass, failure.message] }
    return fields.map(TextTable.printable).joined(separator: "\t") + "\n"
  }
}
