import ArgumentParser
import FeatureStore

struct FeaturesExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Write the vectors of a space as a NumPy array, and the images' paths and classes beside it.",
    discussion: """
      FILE.npy is float32 with one row an image, in path order; FILE.jsonl has the same rows as \
      {"path": …, "wnid": …}.

      EXAMPLES
        synoptic features export quickstart.sqlite --output features.npy
        synoptic features export quickstart.sqlite --space embedding --output /tmp/embedding.npy
      """)

  @Argument(help: "A store, or a pipeline file that names one.", completion: .file())
  var store: String

  @Option(help: "The feature space (default: the store's only one).")
  var space: String?

  @Option(
    help: ArgumentHelp("The array to write.", valueName: "file.npy"), completion: .file(extensions: ["npy"]))
  var output: String

  func validate() throws {
    guard output.hasSuffix(".npy") else {
      throw ValidationError("--output is \(output), and must end in .npy")
    }
  }

  func run() throws {
    let output = try OutputFile.place(for: output)
    let summary = try OpenStore(store).database.read { db in
      try FeatureExport.write(SpaceRecord.resolve(space, in: db), to: output, db)
    }
    StandardError.say(
      "wrote \(Quantities.count(summary.rows, "row")) to \(summary.arrayPath) and \(summary.rowsPath)")
  }
}
