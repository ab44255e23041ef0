import ArgumentParser
import Stages
import WordNet

struct SynsetsLowestCommonCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lowest-common",
    abstract: "Show the lowest synset above two others.",
    discussion: """
      It may be one of the two. Of common hypernyms the deepest is shown, by its longest way up, and all of them where \
      several stand equally deep. \(SynsetNaming.help)

      EXAMPLES
        synoptic synsets lowest-common dog cat
        synoptic synsets lowest-common "sports car" bus.n.01 --from structure.xml --json
      """)

  @OptionGroup var arguments: SynsetArguments
  @OptionGroup var json: JSONFlag

  func run() throws {
    let (opened, resolved) = try arguments.open(count: 2...2)
    let hierarchy = opened.hierarchy
    let common = hierarchy.lowestCommonHypernyms(of: resolved[0].id, and: resolved[1].id)
    if json.isOn {
      let found = common.compactMap { hierarchy.synset($0) }.map {
        SynsetDescription($0, in: hierarchy, counts: opened.tree?.counts(of: $0.id)).json
      }
      return try StandardOutput.write(line: (["lowest_common": .array(found)] as JSON).line)
    }
    if common.isEmpty {
      return StandardError.say(
        "\(hierarchy.name(of: resolved[0].id)) and \(hierarchy.name(of: resolved[1].id)) have no common hypernym"
      )
    }
    for id in common {
      let gloss = hierarchy.synset(id)?.gloss ?? ""
      let line = "\(hierarchy.name(of: id))  \(SynsetReference(id, in: hierarchy).text)"
      try StandardOutput.write(line: TextTable.printable(gloss.isEmpty ? line : line + ": " + gloss))
    }
  }
}
