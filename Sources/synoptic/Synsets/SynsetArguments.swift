import ArgumentParser
import Stages
import WordNet

/// The names of synsets, and where to look them up.
struct SynsetArguments: ParsableArguments {
  @Argument(help: ArgumentHelp("Synsets; the first may be a source instead.", valueName: "name"))
  var names: [String]

  @Option(
    help: ArgumentHelp(
      "A store, an XML file or a WordNet folder (default: the only *.sqlite here).", valueName: "source"),
    completion: .file())
  var from: String?

  /// The hierarchy, and the synsets that the names mean; standard error says which sense was taken of several.
  ///
  /// - Throws: `SynsetNameError` for the first name that means none or several.
  func open(count: ClosedRange<Int>? = nil) throws -> (source: OpenHierarchy, synsets: [ResolvedSynset]) {
    var names = names
    var source = from
    if source == nil, names.count > 1, OpenHierarchy.isSource(names[0]) { source = names.removeFirst() }
    if let count, !count.contains(names.count) {
      throw UsageError(
        "name \(count.count == 1 ? "\(count.lowerBound)" : "at least \(count.lowerBound)") synsets, not \(names.count)"
      )
    }
    let opened = try OpenHierarchy(source)
    // All names first: half an answer helps nobody.
    let synsets = try names.map { name in
      let resolved = try opened.hierarchy.resolve(name)
      SenseRemark.say(name, resolved, in: opened.hierarchy)
      return resolved
    }
    return (opened, synsets)
  }
}

/// How a name may be given, for the help of every command that takes one.
enum SynsetNaming {
  static let help = """
    A synset is a wnid (n02084071), a lemma in any form (dog, dogs, "great dane"), a numbered sense (dog.n.01, \
    chase.v.01), an interlingual identifier (i46360) or the source's own identity (oewn-02086723-n).
    """
}
