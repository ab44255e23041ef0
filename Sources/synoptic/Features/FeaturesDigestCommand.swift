import ArgumentParser
import Stages

struct FeaturesDigestCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "digest",
    abstract: "Print one number for all that a store found out: 64 hexadecimal digits.",
    discussion: """
      Two stores have the same digest if and only if they hold the same images, classes, spaces, vectors, \
      predictions and failures, in whatever order and at whatever time they were made.

      EXAMPLES
        synoptic features digest quickstart.sqlite
        test "$(synoptic features digest a.sqlite)" = "$(synoptic features digest b.sqlite)"
      """)

  @Argument(help: "A store, or a pipeline file that names one.", completion: .file())
  var store: String

  func run() throws {
    let digest = try OpenStore(store).database.read { db in try StoreDigest.compute(db) }
    try StandardOutput.write(line: digest.hex)
  }
}
