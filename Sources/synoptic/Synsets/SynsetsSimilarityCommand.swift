import ArgumentParser
import Stages
import WordNet

struct SynsetsSimilarityCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "similarity",
    abstract: "Say how near synsets stand in the hierarchy.",
    discussion: """
      PATH is 1 / (1 + steps on the shortest way over a common hypernym). WU-PALMER compares the depth of the lowest \
      common hypernym with that of the two (Wu and Palmer 1994), as NLTK computes it. Both are 1 for a synset and itself; \
      of synsets without a common hypernym there is none. Of more than two, every pair is compared.

      \(SynsetNaming.help)

      EXAMPLES
        synoptic synsets similarity dog cat
        synoptic synsets similarity dog cat wolf car.n.01 --from structure.xml --json
      """)

  @OptionGroup var arguments: SynsetArguments
  @OptionGroup var json: JSONFlag

  func run() throws {
    let (opened, resolved) = try arguments.open(count: 2...100)
    let hierarchy = opened.hierarchy
    var table = TextTable([("PATH", .right), ("WU-PALMER", .right), ("SYNSETS", .left), ("BELOW", .left)])
    var pairs: [JSON] = []
    for (position, left) in resolved.enumerated() {
      for right in resolved[(position + 1)...] {
        let path = hierarchy.pathSimilarity(of: left.id, and: right.id)
        let wuPalmer = hierarchy.wuPalmerSimilarity(of: left.id, and: right.id)
        let common = hierarchy.lowestCommonHypernyms(of: left.id, and: right.id)
        table.append([
          path.map { Quantities.fixed($0, 4) } ?? "-", wuPalmer.map { Quantities.fixed($0, 4) } ?? "-",
          "\(hierarchy.name(of: left.id)) \(hierarchy.name(of: right.id))",
          common.map { SynsetReference($0, in: hierarchy).word }.joined(separator: ", "),
        ])
        pairs.append([
          "synsets": .array([left, right].map { SynsetReference($0.id, in: hierarchy).json }),
          "path_similarity": path.map(JSON.number) ?? .null,
          "wu_palmer_similarity": wuPalmer.map(JSON.number) ?? .null,
          "distance": hierarchy.pathDistance(from: left.id, to: right.id).map(JSON.integer) ?? .null,
          "lowest_common": .array(common.map { SynsetReference($0, in: hierarchy).json }),
        ])
      }
    }
    if json.isOn { return try StandardOutput.write(line: (["pairs": .array(pairs)] as JSON).line) }
    try StandardOutput.write(table.text)
  }
}
