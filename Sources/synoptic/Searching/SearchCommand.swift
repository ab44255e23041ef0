import ArgumentParser
import FeatureStore
import GRDB
import Stages
import WordNet

struct SearchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "search",
    abstract: "Find images by likeness or by WordNet class.",
    discussion: """
      Likeness is the cosine between feature vectors; the search is exact. An image whose true class is unknown \
      counts by the class its network finds most probable; such classes are marked with a question mark, and \
      their score in a search by class is that probability.

      A synset is a wnid (n02084071), a lemma (dog, "great dane") or a numbered sense (dog.n.01).

      EXAMPLES
        synoptic search quickstart.sqlite --image dog.jpg
        synoptic search quickstart.sqlite --like animals/cat.png --under carnivore -k 5
        synoptic search quickstart.sqlite --class "sports car" --json
      """)

  @Argument(help: "A store, or a pipeline file that names one.", completion: .file())
  var store: String

  @Option(help: "Images like this file, which need not be in the store.", completion: .file())
  var image: String?

  @Option(help: ArgumentHelp("Images like this one of the store.", valueName: "path-or-id"))
  var like: String?

  @Option(help: "With --like, in a space of boxes: which of the image's boxes, from 0 (default: the first).")
  var box: Int?

  @Option(
    name: .customLong("class"), help: ArgumentHelp("Images of this class, or one below.", valueName: "synset")
  )
  var ofClass: String?

  @Option(help: ArgumentHelp("Only images of this class, or one below.", valueName: "synset"))
  var under: String?

  @Option(name: [.customShort("k"), .customLong("count")], help: "How many images to find.")
  var count = 10

  @Option(help: "The feature space to search in (default: the store's only one).")
  var space: String?

  @OptionGroup var json: JSONFlag

  func validate() throws {
    guard [image, like, ofClass].compactMap(\.self).count == 1 else {
      throw ValidationError("say what to search for: one of --image FILE, --like PATH-OR-ID, --class SYNSET")
    }
    if let box, box < 0 || like == nil { throw ValidationError("--box goes with --like and counts from 0") }
    if count < 1 { throw ValidationError("-k is \(count), and must be at least 1") }
  }

  func run() throws {
    let database = try OpenStore(store).database
    let found = try database.read { db in try find(in: db) }
    if json.isOn { return try StandardOutput.write(line: found.json.line) }
    if found.results.isEmpty { return StandardError.say("no image was found") }
    try StandardOutput.write(found.table)
  }

  private func find(in db: Database) throws -> FoundImages {
    let names = try SynsetNames(db)
    let wnids = try under.map { try names.subtree(of: $0) }
    if let ofClass { return try find(ofClass: ofClass, under: wnids, names, in: db) }
    let space = try SpaceRecord.resolve(self.space, in: db)
    let results: [SearchResult]
    if let like {
      let image = try ImageLookup.find(like, in: db)
      results = try NearestNeighbours(like: image, box: box, in: space, count: count, under: wnids, db).fetch(
        db)
    } else {
      let embedding = try NamedFile.attempt(image ?? "") {
        try ImageEmbedder(space: space, in: db).embed(file: $0)
      }
      results = try NearestNeighbours(of: embedding.vector, in: space, count: count, under: wnids).fetch(db)
    }
    return FoundImages(space: space, results: results, names: names)
  }

  private func find(
    ofClass name: String, under wnids: Set<String>?, _ names: SynsetNames, in db: Database
  ) throws -> FoundImages {
    let space = try classSpace(in: db)
    var wanted = try names.subtree(of: name)
    if let wnids { wanted.formIntersection(wnids) }
    let results = try ClassSearch(wanted, in: space, count: count).fetch(db)
    if results.isEmpty, let space, try space.labels(in: db) == nil, try !hasLabelledImages(in: db) {
      throw StoreError.noLabels(space: space.name)
    }
    return FoundImages(space: space, results: results, names: names)
  }

  /// Whose predictions stand in for unknown classes. A store with classes and no features yet can be searched too.
  private func classSpace(in db: Database) throws -> SpaceRecord? {
    if space != nil { return try SpaceRecord.resolve(space, in: db) }
    let isEmpty = try SpaceRecord.all(in: db).isEmpty
    if isEmpty, try hasLabelledImages(in: db) { return nil }
    return try SpaceRecord.resolve(nil, in: db)
  }

  private func hasLabelledImages(in db: Database) throws -> Bool {
    var listing = ImageListing()
    listing.isLabelled = true
    listing.limit = 1
    return try !listing.fetch(db).isEmpty
  }
}
