import ArgumentParser
import Foundation
import Stages
import WordNet

struct SynsetsConvertCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "convert",
    abstract: "Write a hierarchy as XML in ImageNet's structure format.",
    discussion: """
      The output has ImageNet's elements, and the sense number of each word beside them. The format knows only nouns: \
      verbs are left out.

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
    let output = try OutputFile.place(for: output)
    try InputFile.check(source)
    let hierarchy = try SynsetSource.load(source)
    try ImageNetStructureWriter.write(hierarchy, to: output, releaseName: release)
    let nouns = hierarchy.synsets.count { $0.partOfSpeech == .noun }
    let others = hierarchy.synsets.count - nouns
    let leftOut =
      others > 0 ? "; left out \(Quantities.count(others, "verb")): the format knows only nouns" : ""
    StandardError.say("wrote \(Quantities.count(nouns, "synset")) to \(output)\(leftOut)")
  }
}
