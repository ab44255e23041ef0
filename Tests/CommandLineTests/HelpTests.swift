import Testing

@Suite("Help")
struct HelpTests {
  static let subcommands = [
    "run", "plan", "status", "retry", "search", "synsets", "synsets show", "synsets find", "synsets tree",
    "synsets paths",
    "synsets lowest-common", "synsets similarity", "synsets map", "synsets check", "synsets convert",
    "images", "images list", "images scan", "images show", "images verify", "images preprocess", "features",
    "features list", "features digest",
    "features export", "features predictions", "network", "network show", "network run", "network verify",
    "network bench", "network quantize", "network compile",
  ]

  @Test("every subcommand's help has examples of itself, on standard output", arguments: subcommands)
  func everySubcommandHasExamples(_ subcommand: String) throws {
    let outcome = try Program.run(subcommand.split(separator: " ").map(String.init) + ["--help"])
    #expect(outcome.status == 0)
    #expect(outcome.errors.isEmpty)
    #expect(outcome.output.contains("EXAMPLES"))
    #expect(
      outcome.output.components(separatedBy: "synoptic \(subcommand) ").count >= 3, "two examples and usage")
  }

  @Test func `what a recipe may say is told with its values`() throws {
    let outcome = try Program.run(["images", "preprocess", "--help"])
    for part in ["keras-vgg16: ", "filter: how pixels are interpolated (one of box,", "channels: "] {
      #expect(outcome.output.contains(part), "\(outcome.output)")
    }
  }

  @Test("the program's own help lists the exit statuses")
  func programHelpListsExitStatuses() throws {
    let outcome = try Program.run(["--help"])
    #expect(outcome.status == 0)
    for line in [
      "0   all done", "1   could not finish", "2   finished, but some items failed", "64  wrong usage",
    ] {
      #expect(outcome.output.contains(line))
    }
  }

  @Test("--version prints one line")
  func versionIsOneLine() throws {
    let outcome = try Program.run(["--version"])
    #expect(outcome.status == 0)
    #expect(outcome.output.split(separator: "\n").count == 1)
    #expect(outcome.output.hasPrefix("synoptic "))
  }
}
