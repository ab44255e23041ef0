import ArgumentParser
import Reports
import Stages

struct CheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Look whether a store is whole: the file, its tables, and that what counts as done is there.",
    discussion: """
      Reads all of the file and changes nothing; works beside a run. Ends with status 1 if anything is wrong. Of a \
      damaged file it says which tables can still be read.

      EXAMPLES
        synoptic check quickstart.sqlite
        synoptic check quickstart.sqlite --json
      """)

  @Argument(help: "A store, or a pipeline file that names one.", completion: .file())
  var store: String

  @OptionGroup var json: JSONFlag

  func run() throws {
    let path = try OpenStore.path(of: store)
    let check = try StoreCheck(path)
    if json.isOn {
      try StandardOutput.write(line: Self.listing(path, check).line)
    } else {
      try print(check, path)
    }
    if !check.isWhole { throw ExitCode(1) }
  }

  private func print(_ check: StoreCheck, _ path: String) throws {
    if check.isOlder {
      StandardError.say(
        "\(path) is of an older version: only the file was looked at; a run brings it up to date")
    }
    guard !check.isWhole else {
      return StandardError.say(
        "\(path) is whole: \(Quantities.count(check.vectors, "vector")), \(Quantities.count(check.doneItems, "done item"))"
      )
    }
    var problems = TextTable([("WHERE", .left), ("WHAT", .left)])
    for problem in check.problems { problems.append([problem.area.rawValue, problem.description]) }
    try StandardOutput.write(problems.text)
    guard !check.readable.isEmpty else { return }
    var tables = TextTable([("TABLE", .left), ("ROWS TO BE SAVED", .right), ("", .left)])
    for table in check.readable {
      tables.append([table.name, Quantities.count(table.rows), table.isDamaged ? "damaged" : "whole"])
    }
    try StandardOutput.write("\n" + tables.text)
  }

  private static func listing(_ path: String, _ check: StoreCheck) -> JSON {
    [
      "store": .string(path), "whole": .boolean(check.isWhole), "older": .boolean(check.isOlder),
      "vectors": .integer(check.vectors), "done": .integer(check.doneItems),
      "problems": .array(
        check.problems.map { ["where": .string($0.area.rawValue), "what": .string($0.description)] }),
      "readable": .object(
        check.readable.map { table in
          .init(
            name: table.name, value: ["rows": .integer(table.rows), "damaged": .boolean(table.isDamaged)])
        }),
    ]
  }
}
