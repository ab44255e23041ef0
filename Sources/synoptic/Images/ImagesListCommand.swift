import ArgumentParser
import FeatureStore
import GRDB

struct ImagesListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "List the images of a store in path order.",
    discussion: """
      The columns are id, size in bytes, class and path. With --failed there is a line for each failure, with its \
      kind and its reason; a file of a list that is not there has a path only. With --warned there is a line for each \
      damaged image that a stage accepted, with the space, the kind of damage and how far it got. Images that have gone from their \
      source are left out.

      EXAMPLES
        synoptic images list quickstart.sqlite --class vehicle --limit 20
        synoptic images list quickstart.sqlite --failed
        synoptic images list quickstart.sqlite --warned
        synoptic images list quickstart.sqlite --json
      """)

  @Argument(help: "A store, or a pipeline file that names one.", completion: .file())
  var store: String

  @Option(
    name: .customLong("class"),
    help: ArgumentHelp("Only true images of this class, or one below.", valueName: "synset"))
  var ofClass: String?

  @Flag(help: "Only images that failed, with the reason.")
  var failed = false

  @Flag(help: "Only damaged images that were accepted, with the damage.")
  var warned = false

  @Option(help: "List at most this many.")
  var limit: Int?

  @OptionGroup var json: JSONFlag

  func validate() throws {
    if failed && warned { throw ValidationError("--failed and --warned exclude each other") }
    if let limit, limit < 1 { throw ValidationError("--limit is \(limit), and must be at least 1") }
  }

  func run() throws {
    let database = try OpenStore(store).database
    // One transaction: beside a run, what is listed is the store of one instant.
    let printed = try database.read { db in
      let names = try SynsetNames(db)
      let wnids = try ofClass.map(names.subtree)
      let failures = try ImageFailures(db)
      var output = ImageListOutput(
        isJSON: json.isOn, showsFailures: failed, showsWarnings: warned, names: names)
      if failed {
        let images = failures.inPathOrder(ofClasses: wnids)
        for image in images.prefix(limit ?? .max) { try output.write(image) }
      } else {
        let warnings = try FeatureWarning.ofContents(in: db)
        let rows = try ListedImage.cursor(ofClasses: wnids, limit: warned ? nil : limit, in: db)
        while output.count < limit ?? .max, let row = try rows.next() {
          var image = ListedImage(row)
          image.failure = image.id.flatMap { failures[imageID: $0] }
          image.warnings = image.contentID.flatMap { warnings[$0] } ?? []
          if !warned || !image.warnings.isEmpty { try output.write(image) }
        }
      }
      return try output.finish()
    }
    if printed == 0, !json.isOn {
      StandardError.say(
        failed ? "no image failed" : warned ? "no damaged image was accepted" : "no image was found")
    }
  }
}

/// Prints images as they come, some at a time.
private struct ImageListOutput {
  let isJSON: Bool
  let showsFailures: Bool
  let showsWarnings: Bool
  let names: SynsetNames
  private(set) var count = 0
  private var text = ""

  init(isJSON: Bool, showsFailures: Bool, showsWarnings: Bool, names: SynsetNames) {
    self.isJSON = isJSON
    self.showsFailures = showsFailures
    self.showsWarnings = showsWarnings
    self.names = names
  }

  mutating func write(_ image: ListedImage) throws {
    text += isJSON ? (count == 0 ? "{\"images\": [" : ", ") + image.json.line : line(image)
    count += 1
    guard text.utf8.count >= 1 << 16 else { return }
    try StandardOutput.write(text)
    text = ""
  }

  /// - Returns: how many images were printed.
  mutating func finish() throws -> Int {
    if isJSON { text += count == 0 ? "{\"images\": []}\n" : "]}\n" }
    try StandardOutput.write(text)
    return count
  }

  /// Fields parted by tabs, so that `cut` and `awk` take them as they are.
  private func line(_ image: ListedImage) -> String {
    var fields = [
      image.id.map { "\($0)" } ?? "-", image.size.map { "\($0)" } ?? "-",
      image.wnid.map(names.word) ?? "-", image.path,
    ]
    if showsFailures, let failure = image.failure { fields += [failure.errorClass, failure.message] }
    if showsWarnings {
      fields += image.warnings.flatMap { [$0.space, $0.warning.warningClass, $0.warning.message] }
    }
    return fields.map(TextTable.printable).joined(separator: "\t") + "\n"
  }
}
