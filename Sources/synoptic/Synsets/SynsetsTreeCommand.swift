import ArgumentParser
import Stages
import WordNet

struct SynsetsTreeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tree",
    abstract: "Show the hierarchy as a tree, with image counts if there is a store.",
    discussion: """
      Without --under it begins at the roots, of which verbs have hundreds: those are left out where there are nouns.

      OWN counts the images of the class itself, BELOW those of the class and all under it, each once. A synset \
      with several hypernyms stands under each.

      EXAMPLES
        synoptic synsets tree --under dog --depth 2
        synoptic synsets tree quickstart.sqlite --under animal --with-images
        synoptic synsets tree --from structure.xml --depth 3 --json
      """)

  @Argument(help: "The same as --from.", completion: .file())
  var source: String?

  @Option(
    help: ArgumentHelp(
      "A store, an XML file or a WordNet folder (default: the only *.sqlite here).",
      valueName: "source"),
    completion: .file())
  var from: String?

  @Option(help: ArgumentHelp("Begin at this synset (default: the roots).", valueName: "synset"))
  var under: String?

  @Option(help: "How many levels below the first to show.")
  var depth = 2

  @Flag(help: "Leave out synsets without images.")
  var withImages = false

  @OptionGroup var json: JSONFlag

  func validate() throws {
    if depth < 0 { throw ValidationError("--depth is \(depth), and must be at least 0") }
    if source != nil, from != nil { throw ValidationError("give the source once, by its place or by --from") }
  }

  func run() throws {
    let opened = try OpenHierarchy(from ?? source)
    if withImages, opened.tree == nil {
      throw UsageError("--with-images needs a store, and \(opened.path) is not one")
    }
    var starts = opened.hierarchy.nounRoots.isEmpty ? opened.hierarchy.roots : opened.hierarchy.nounRoots
    if let under {
      let resolved = try opened.hierarchy.resolve(under)
      SenseRemark.say(under, resolved, in: opened.hierarchy)
      starts = [resolved.id]
    }
    let outline = SynsetOutline(
      hierarchy: opened.hierarchy, tree: opened.tree, depth: min(depth, 200), withImagesOnly: withImages)
    if json.isOn {
      let roots = starts.filter(outline.isShown).map { outline.json($0) }
      try StandardOutput.write(line: (["synsets": .array(roots)] as JSON).line)
    } else {
      try outline.print(starts)
    }
  }
}
