import ArgumentParser
import GRDB
import Pipeline
import Stages

struct ForgiveCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "forgive",
    abstract: "Accept failed items: they stay recorded, and no longer make a run end with status 2.",
    discussion: """
      Nor do they count for max_failures. Works beside a run. A forgiven item whose file changes is worked again; \
      `retry --forgiven` takes forgiveness back.

      EXAMPLES
        synoptic forgive quickstart.sqlite --class truncated
        synoptic forgive corpus.yaml --stage embedding --item n02085782/2.jpg
        synoptic forgive corpus.yaml --all
      """)

  @Argument(help: "A store, or a pipeline file that names one.", completion: .file())
  var store: String

  @OptionGroup var failures: FailureArguments

  @Flag(help: "Forgive all that failed.")
  var all = false

  func validate() throws {
    if !all && !failures.isGiven {
      throw ValidationError("which ones? Give --stage, --class or --item, or --all for all that failed")
    }
  }

  func run() throws {
    let database = try StoreFile.open(OpenStore.path(of: store), mode: .beside)
    let count = try database.write { db in
      let count = try JobState.forgive(db, failures.selection(.failed))
      if count == 0 { try failures.refuse(db) }
      return count
    }
    try database.close()
    StandardError.say(
      count == 0 ? "no item stands failed" : "forgave \(Quantities.count(count, "failed item"))")
  }
}
