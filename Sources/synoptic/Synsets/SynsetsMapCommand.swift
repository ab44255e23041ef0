import ArgumentParser
import Pipeline
import Stages
import WordNet

struct SynsetsMapCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "map",
    abstract: "Find synsets of one wordnet in another, by their interlingual identifiers.",
    discussion: """
      WN-LMF files state interlingual identifiers (ILI); WordNet 3.0's synsets, and so ImageNet's, have them by their \
      wnids. What has none in one of the two is counted, and the exit status is 2. \(SynsetNaming.help)

      EXAMPLES
        synoptic synsets map dog n02123045 --from structure.xml --to english-wordnet-2024.xml.gz
        synoptic synsets map --all --from quickstart.sqlite --to english-wordnet-2024.xml --json
      """)

  @Argument(help: ArgumentHelp("Synsets of the first wordnet.", valueName: "name"))
  var names: [String] = []

  @Flag(help: "Every synset instead.")
  var all = false

  @Option(
    help: ArgumentHelp(
      "A store, an XML file or a WordNet folder (default: the only *.sqlite here).", valueName: "source"),
    completion: .file())
  var from: String?

  @Option(help: ArgumentHelp("The other wordnet: the same kinds.", valueName: "source"), completion: .file())
  var to: String

  @OptionGroup var json: JSONFlag

  func validate() throws {
    if names.isEmpty != all { throw ValidationError("name synsets, or say --all") }
  }

  func run() throws {
    let source = try OpenHierarchy(from).hierarchy
    let target = try OpenHierarchy(to).hierarchy
    let synsets = try names.map { name in
      let resolved = try source.resolve(name)
      SenseRemark.say(name, resolved, in: source)
      return resolved.synset
    }
    let byILI = target.synsetsByILI()
    var table = TextTable([("SYNSET", .left), ("ILI", .left), ("IN THE OTHER", .left), ("WORDS", .left)])
    var pairs: [JSON] = []
    var missing = 0
    for synset in all ? source.synsets : synsets {
      let found = synset.ili.flatMap { byILI[$0] } ?? []
      if found.isEmpty { missing += 1 }
      let identity = synset.sourceID ?? synset.id.text
      let others = found.map { $0.sourceID ?? $0.id.text }
      if json.isOn {
        pairs.append([
          "from": SynsetReference(synset.id, in: source).json, "from_source_id": .string(identity),
          "ili": .text(synset.ili?.description),
          "to": .array(found.map { SynsetReference($0.id, in: target).json }),
          "to_source_ids": .strings(others),
        ])
      } else {
        table.append([
          identity, synset.ili?.description ?? "-", others.isEmpty ? "-" : others.joined(separator: ", "),
          (found.first ?? synset).words.joined(separator: ", "),
        ])
      }
    }
    if json.isOn {
      try StandardOutput.write(line: (["pairs": .array(pairs), "missing": .integer(missing)] as JSON).line)
    } else {
      try StandardOutput.write(table.text)
    }
    guard missing > 0 else { return }
    StandardError.say("\(Quantities.count(missing, "synset")) could not be found in \(to)")
    throw ExitCode(ExitStatus.someFailed.rawValue)
  }
}
