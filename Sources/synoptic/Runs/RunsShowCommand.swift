import ArgumentParser
import GRDB
import Pipeline

struct RunsShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Show one run: its stages, what their steps took, and what failed.",
    discussion: """
      EXAMPLES
        synoptic runs show quickstart.sqlite
        synoptic runs show quickstart.sqlite 3
        synoptic runs show quickstart.sqlite 3 --json
      """)

  @Argument(help: "A store, or a pipeline file that names one.", completion: .file())
  var store: String

  @Argument(help: ArgumentHelp("The number of the run (default: the last one).", valueName: "run"))
  var number: Int64?

  @OptionGroup var json: JSONFlag

  func run() throws {
    let opened = try OpenStore(store)
    let record = try opened.database.read { db in try RunHistory.find(db, id: number) }
    try StandardOutput.write(
      json.isOn ? RunListing.json(record).line + "\n" : RunListing.text(record))
  }
}
