import Foundation
import TestSupport
import Testing

/// A wrong command line, the status it ends with, and what the message must tell.
struct BadInput: Sendable, CustomTestStringConvertible {
  let arguments: [String]
  let status: Int32
  let fragments: [String]

  init(_ line: String, _ status: Int32, _ fragments: String...) {
    arguments = line.split(separator: " ").map(String.init)
    self.status = status
    self.fragments = fragments
  }

  var testDescription: String { arguments.joined(separator: " ") }
}

@Suite("Bad input")
struct BadInputTests {
  static let inputs = [
    BadInput("frobnicate", 64, "frobnicate", "Usage:"),
    BadInput("run", 64, "<pipeline>"),
    BadInput("run missing.yaml", 64, "missing.yaml"),
    BadInput("run yaml-broken.yaml", 64, "yaml-broken.yaml:3:"),
    BadInput("run unknown-kind.yaml", 64, "unknown-kind.yaml:3:", "synsets"),
    BadInput("run unknown-key.yaml", 64, "unknown-key.yaml:3:", "sorce", "source"),
    BadInput("run dangling.yaml", 64, "dangling.yaml:3:", "nowhere"),
    BadInput("plan unknown-key.yaml", 64, "sorce"),
    BadInput("plan good.yaml --graph pdf", 64, "pdf", "mermaid", "dot"),
    BadInput("plan good.yaml --graph dot --json", 64, "--graph", "--json"),
    BadInput("retry missing.yaml", 64, "missing.yaml"),
    BadInput("run good.yaml --threads 0", 64, "--threads is 0"),
    BadInput("run good.yaml --set taxonomy.sorce=x", 64, "sorce"),
    BadInput("run good.yaml", 1, "not-a.xml:1:"),
    BadInput("retry good.yaml --stage nothing", 64, "nothing", "taxonomy"),
    BadInput("check missing.sqlite", 64, "missing.sqlite"),
    BadInput("check text.sqlite", 64, "not a store"),
    BadInput("gc text.sqlite", 64, "not a store"),
    BadInput("gc missing.sqlite --dry-run", 64, "missing.sqlite"),
    BadInput("gc text.sqlite --dry-run --forget a", 64, "--forget", "--dry-run"),
    BadInput("forgive text.sqlite", 64, "--class", "--all"),
    BadInput("forgive missing.sqlite --all", 64, "missing.sqlite"),
    BadInput("status text.sqlite --class truncated", 64, "--failed"),
    BadInput("run good.yaml --set max_failures=most", 64, "--set max_failures=most", "1%"),
    BadInput("status missing.sqlite", 64, "missing.sqlite"),
    BadInput("status text.sqlite", 64, "text.sqlite is not a store"),
    BadInput("status .", 64, "folder"),
    BadInput("search missing.sqlite --image x.jpg", 64, "missing.sqlite"),
    BadInput("search text.sqlite", 64, "--image FILE", "--like", "--class"),
    BadInput("search text.sqlite --image a --like b", 64, "one of"),
    BadInput("search text.sqlite --image a -k 0", 64, "-k is 0"),
    BadInput("search text.sqlite --image a -k many", 64, "many"),
    BadInput("synsets show dog --from missing.xml", 64, "missing.xml: there is no such file"),
    BadInput("synsets show dgo --from dogs.xml", 64, "dgo", "\"dog\""),
    BadInput("synsets show dog --from broken.xml", 1, "broken.xml:2:"),
    BadInput("synsets show dog --from other.xml", 1, "other.xml:1:"),
    BadInput("synsets tree --from dogs.xml --depth -1", 64, "depth"),
    BadInput("synsets paths dgo --from dogs.xml", 64, "dgo", "\"dog\""),
    BadInput("synsets similarity dog --from dogs.xml", 64, "at least 2"),
    BadInput("synsets lowest-common dog --from dogs.xml", 64, "name 2 synsets, not 1"),
    BadInput("synsets find nothing --from dogs.xml", 64, "nothing"),
    BadInput("synsets map dog --from dogs.xml --to missing.xml", 64, "missing.xml"),
    BadInput("synsets map --from dogs.xml --to dogs.xml", 64, "--all"),
    BadInput("synsets check missing.xml", 64, "missing.xml"),
    BadInput("synsets check broken.xml", 1, "broken.xml:2:"),
    BadInput("synsets check text.sqlite", 1, "text.sqlite:1:1: not well-formed"),
    BadInput("synsets check dogs.xml --only nothing", 64, "nothing", "empty-gloss"),
    BadInput("synsets tree --from dogs.xml --with-images", 64, "needs a store"),
    BadInput("synsets convert dogs.xml nowhere/out.xml", 64, "there is no folder"),
    BadInput("synsets convert dogs.xml .", 64, "folder"),
    BadInput("images preprocess dogs.xml --recipe plain --output x.npy", 1, "dogs.xml: not an image"),
    BadInput("images preprocess empty.png --recipe plain --output x.npy", 1, "empty.png: the file is empty"),
    BadInput("images preprocess no.png --recipe plain --output x.npy", 64, "no.png"),
    BadInput("images preprocess dogs.xml --recipe nope --output x.npy", 64, "nope", "efficientnet"),
    BadInput(
      #"images preprocess dogs.xml --recipe {"rezize":40} --output x.npy"#, 64,
      "recipe has no parameter 'rezize'",
      "did you mean \"resize\"?"),
    BadInput(
      #"images bench . --recipe {"std":[1,0,1]}"#, 64, #"--recipe {"std":[1,0,1]}: std is not above 0"#),
    BadInput("images bench . --recipe {crop", 64, "--recipe {crop: not YAML"),
    BadInput("images bench . --recipe plian", 64, "recipe is 'plian'", "did you mean \"plain\"?"),
    BadInput(
      #"network run dogs.xml --input x.npy --output y.npy --recipe {"crop":0}"#, 64, "crop is '0'",
      "from 1 to"),
    BadInput(#"network quantize dogs.xml --output q --recipe {"filter":2}"#, 64, "filter is '2'", "bicubic"),
    BadInput(#"network compile dogs.xml --output q --recipe {"filter":2}"#, 64, "filter is '2'"),
    BadInput(#"network verify dogs.xml --images . --recipe {"filter":2}"#, 64, "filter is '2'"),
    BadInput("images preprocess dogs.xml --recipe plain --output no/x.npy", 64, "there is no folder"),
    BadInput("images preprocess dogs.xml --recipe plain --size 0 --output x.npy", 64, "--size is 0"),
    BadInput("images list missing.sqlite", 64, "missing.sqlite"),
    BadInput("features digest text.sqlite", 64, "not a store"),
    BadInput("features export text.sqlite --output x.csv", 64, ".npy"),
    BadInput("features predictions text.sqlite --limit 0", 64, "--limit is 0"),
    BadInput("network show missing.onnx", 64, "missing.onnx"),
    BadInput("network show dogs.xml", 1, "dogs.xml"),
    BadInput("network show empty.png", 1, "empty.png"),
    BadInput("network run dogs.xml --input x.npy --output y.npy --isa neon", 64, "neon", "scalar"),
    BadInput("network run dogs.xml --input missing.npy --output y.npy", 64, "missing.npy"),
    BadInput("network bench dogs.xml --batch 0", 64, "--batch is 0"),
    BadInput("network quantize dogs.xml --output q", 1, "dogs.xml"),
    BadInput(
      "network quantize dogs.xml --calibrate . --output q --ranges widest", 64, "widest", "percentile"),
    BadInput("network verify dogs.xml", 64, "--images"),
    BadInput("network verify dogs.xml --images missing", 64, "missing"),
    BadInput("network verify dogs.xml --images . --layer-images=-1", 64, "--layer-images is -1"),
    BadInput("network verify dogs.xml --images . --int8 missing.int8", 64, "missing.int8"),
    BadInput("network verify dogs.xml --images . --int8 text.sqlite --calibrate .", 64, "--calibrate"),
    BadInput("network compile dogs.xml --output q", 1, "dogs.xml"),
    BadInput("network compile dogs.xml --output nowhere/q", 64, "no folder"),
  ]

  @Test("ends with its status and a sentence on standard error, and writes nothing", arguments: inputs)
  func badInputGetsASentence(_ input: BadInput) throws {
    let folder = try Self.folder()
    let before = try Self.contents(of: folder)
    let outcome = try Program.run(input.arguments, in: folder)
    #expect(outcome.status == input.status, "\(outcome.errors)")
    #expect(outcome.errors.contains("synoptic: "))
    for fragment in input.fragments { #expect(outcome.errors.contains(fragment), "\(outcome.errors)") }
    for dump in ["Error Domain=", "Fatal error", "Swift/", "Optional(", "NSCocoa", "Error("] {
      #expect(!outcome.errors.contains(dump), "\(outcome.errors)")
    }
    #expect(!outcome.errors.contains("\u{1B}"), "no escape sequences where there is no terminal")
    // The one that gets as far as a run: it makes the store, and says in it why the stage failed.
    if input.arguments == ["run", "good.yaml"] { return }
    #expect(outcome.output.isEmpty)
    #expect(try Self.contents(of: folder) == before)
  }

  /// Every file's bytes, by its path below the folder; nil for a folder.
  private static func contents(of folder: TemporaryFolder) throws -> [String: Data?] {
    let names = try FileManager.default.subpathsOfDirectory(atPath: folder.url.path)
    return Dictionary(
      uniqueKeysWithValues: names.map { ($0, FileManager.default.contents(atPath: folder.path($0))) })
  }

  /// The files that the command lines above speak of.
  private static func folder() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try folder.write("yaml-broken.yaml", "store: s.sqlite\nstages: [\n")
    try folder.write(
      "unknown-kind.yaml", "store: s.sqlite\nstages:\n  taxonomy: { uses: synset, source: not-a.xml }\n")
    try folder.write(
      "unknown-key.yaml", "store: s.sqlite\nstages:\n  taxonomy: { uses: synsets, sorce: not-a.xml }\n")
    try folder.write(
      "dangling.yaml", "store: s.sqlite\nstages:\n  index: { uses: index, features: nowhere }\n")
    try folder.write(
      "good.yaml", "store: s.sqlite\nstages:\n  taxonomy: { uses: synsets, source: not-a.xml }\n")
    try folder.write("not-a.xml", "wordnet\n")
    try folder.write("text.sqlite", "not a database at all\n")
    try folder.write("empty.png", "")
    try folder.write(
      "dogs.xml",
      """
      <ImageNetStructure><releaseData>test</releaseData>
      <synset wnid="n1" words="animal" gloss="a living thing"><synset wnid="n2" words="dog" gloss="it barks"/>
      </synset></ImageNetStructure>

      """)
    try folder.write("broken.xml", "<ImageNetStructure>\n<synset wnid=\"n1\" words=</ImageNetStructure>\n")
    try folder.write("other.xml", "<html></html>\n")
    return folder
  }
}
