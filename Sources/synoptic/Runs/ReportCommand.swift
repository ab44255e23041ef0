import ArgumentParser
import Foundation
import GRDB
import Pipeline
import Reports

struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Write a page about a run: its graph, a timeline, throughput, what steps took, what failed.",
    discussion: """
      The page is one HTML file that needs nothing else: no script, no network. Its path is printed.

      EXAMPLES
        synoptic report quickstart.sqlite
        synoptic report quickstart.sqlite --run 3 --output run-3.html
      """)

  @Argument(help: "A store, or a pipeline file that names one.", completion: .file())
  var store: String

  @Option(
    name: .customLong("run"),
    help: "The number of the run, as `synoptic runs` lists it (default: the last one).")
  var number: Int64?

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("The page to write (default: STORE-run-N.html, here).", valueName: "file"))
  var output: String?

  func run() throws {
    if let output { _ = try OutputFile.place(for: output) }
    let opened = try OpenStore(store)
    let record = try opened.database.read { db in try RunHistory.find(db, id: number) }
    let name = URL(fileURLWithPath: opened.path).lastPathComponent
    let path =
      output
      ?? URL(fileURLWithPath: opened.path).deletingPathExtension().lastPathComponent
      + "-run-\(record.summary.id).html"
    try OutputFile.write(
      Array(RunPage(record, store: name).page.html.utf8), to: OutputFile.place(for: path))
    try StandardOutput.write(line: path)
  }
}
