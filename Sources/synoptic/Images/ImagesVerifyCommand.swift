import ArgumentParser
import FeatureStore
import Stages

struct ImagesVerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Read every image of a store and compare it with the hash that was taken of it.",
    discussion: """
      A run tells by size and time what has changed, and reads nothing else; this reads everything and changes nothing. \
      Each line is an image that is not as it was: its kind of failure, its path, and what is wrong. Ends with status 2 \
      where there is one.

      EXAMPLES
        synoptic images verify quickstart.sqlite
        synoptic images verify Pipelines/quickstart.yaml --json
      """)

  @Argument(help: "A store, or a pipeline file that names one.", completion: .file())
  var store: String

  @OptionGroup var threads: ThreadsOption
  @OptionGroup var json: JSONFlag

  func run() throws {
    let opened = try OpenStore(store)
    var problems: [JSON] = []
    let isJSON = json.isOn
    let outcome = try StoredImageCheck(opened.database, threads: threads.resolved).run { problem in
      guard isJSON else {
        let fields = [problem.errorClass, problem.path, problem.message].map(TextTable.printable)
        return try StandardOutput.write(fields.joined(separator: "\t") + "\n")
      }
      problems.append([
        "path": .string(problem.path), "class": .string(problem.errorClass),
        "message": .string(problem.message),
      ])
    }
    if isJSON {
      let listing: JSON = [
        "store": .string(opened.path), "checked": .integer(outcome.checked),
        "failed": .integer(outcome.failed),
        "bytes": .integer(Int(outcome.bytes)), "failures": .array(problems),
      ]
      try StandardOutput.write(line: listing.line)
    } else {
      StandardError.say(
        "\(Quantities.count(outcome.checked, "image")) read, \(Quantities.count(Int(outcome.bytes))) bytes, "
          + (outcome.failed == 0
            ? "all as they were" : "\(Quantities.count(outcome.failed)) not as they were"))
    }
    if outcome.failed > 0 { throw ExitCode(2) }
  }
}
