import ArgumentParser
import Foundation
import Stages
import WordNet

struct SynsetsConvertCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "convert",
    abstract: "Write a hierarchy as XML in ImageNet's structure format.",
    discussion: """
      The output has ImageNet's elements, and the sense number of each word beside them.

      EXAMPLES
        synoptic synsets convert /usr/share/wordnet structure.xml
        synoptic synsets convert quickstart.sqlite structure.xml
        synoptic synsets convert structure_released.xml normalized.xml --release fall2011
      """)

  @Argument(help: "A store, an XML file or a WordNet folder.", completion: .file())
  var source: String

  @Argument(help: "The XML file to write.", completion: .file(extensions: ["xml"]))
  var output: String

  @Option(help: "What the file says its release is.")
  var release = "synoptic"

  func run() throws {
    try OutputFile.check(output)
    try InputFile.check(source)
    let hierarchy = try SynsetSource.load(source)
    try ImageNetStructureWriter.write(hierarchy, to: output, releaseName: release)
    StandardError.say("wrote \(Quantities.count(hierarchy.synsets.count, "synset")) to \(output)")
  }
}
