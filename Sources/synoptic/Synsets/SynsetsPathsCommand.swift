import ArgumentParser
import Stages
import WordNet

struct SynsetsPathsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "paths",
    abstract: "Show every way from a root down to a synset.",
    discussion: """
      A synset with several hypernyms has several ways. Its depth is the number of steps on the shortest and on the \
      longest. \(SynsetNaming.help)

      EXAMPLES
        synoptic synsets paths dog
        synoptic synsets paths dog cat --from structure.xml --json
      """)

  private static let limit = 1_000

  @OptionGroup var arguments: SynsetArguments
  @OptionGroup var json: JSONFlag

  func run() throws {
    let (opened, resolved) = try arguments.open()
    let hierarchy = opened.hierarchy
    let found = resolved.map { (synset: $0, paths: hierarchy.hypernymPaths(of: $0.id, limit: Self.limit)) }
    if found.contains(where: { $0.paths.count == Self.limit }) {
      StandardError.say("there are more ways than \(Self.limit): the others are left out")
    }
    if json.isOn {
      let synsets = found.map { synset, paths -> JSON in
        var members: [JSON.Member] = [
          .init(name: "wnid", value: .string(synset.id.text)),
          .init(name: "name", value: .string(hierarchy.name(of: synset.id))),
        ]
        members += SynsetDescription.depth(of: synset.id, in: hierarchy)
        let lists = paths.map { path in JSON.array(path.map { SynsetReference($0, in: hierarchy).json }) }
        members.append(.init(name: "paths", value: .array(lists)))
        return .object(members)
      }
      return try StandardOutput.write(line: (["synsets": .array(synsets)] as JSON).line)
    }
    for (position, (_, paths)) in found.enumerated() {
      if position > 0 { try StandardOutput.write("\n") }
      for (number, path) in paths.enumerated() {
        if number > 0 { try StandardOutput.write("\n") }
        for (level, id) in path.enumerated() {
          let line = String(repeating: "  ", count: level) + SynsetReference(id, in: hierarchy).text
          try StandardOutput.write(line: TextTable.printable(line))
        }
      }
    }
  }
}
