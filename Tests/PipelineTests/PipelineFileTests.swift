import Foundation
import Pipeline
import TestSupport
import Testing

/// A broken file and all that is to be said about it; `@` stands for the file's path, `&` for its folder's.
struct BrokenFile: Sendable, CustomTestStringConvertible {
  var title: String
  var text: String
  var overrides: [String] = []
  var message: String
  var testDescription: String { title }

  init(_ title: String, _ text: String, set overrides: [String] = [], _ message: String) {
    self.title = title
    self.text = text
    self.overrides = overrides
    self.message = message
  }

  /// A file with a good `n` (line 3) and what comes after it (from line 4).
  init(_ title: String, stage: String, set overrides: [String] = [], _ message: String) {
    self.init(title, "store: s\nstages:\n  n: { uses: numbers }\n  \(stage)\n", set: overrides, message)
  }
}

@Suite struct `Pipeline files` {
  static let limits = "max_attempts, max_failures, max_seconds"
  static let squares =
    "numbers, power, scale, rounding, exact, note, bad, hang, batch, groups, sample, \(limits)"

  static let broken: [BrokenFile] = [
    .init("empty", "", "@:1:1: the file is empty; expected the keys store and stages"),
    .init("only a comment", "# nothing\n", "@:1:1: the file is empty; expected the keys store and stages"),
    .init("a list", "- store\n", "@:1:1: found a list; expected the keys store and stages"),
    .init("a word", "store\n", "@:1:1: found 'store'; expected the keys store and stages"),
    .init("not YAML", "store: s\nstages: [", "@:3:1: not YAML: did not find expected node content"),
    .init(
      "a tab", "store: s\n\tstages: x\n",
      "@:2:1: not YAML: found a tab character that violates indentation"),
    .init("not text", "store: \u{0}", "@: not a text file; expected YAML in UTF-8 of at most 1 MiB"),
    .init(
      "two documents", "store: s\n---\nstages: {}\n", "@:2:1: not YAML: but found another document"),
    .init(
      "a key twice", "store: s\nstore: t\nstages: { n: { uses: numbers } }\n",
      "@:1:1: key 'store' stands here and again below; expected every key once"),
    .init(
      "a parameter twice", stage: "m: { uses: numbers, count: 1, count: 2 }",
      "@:4:23: key 'count' stands here and again below; expected every key once"),
    .init(
      "unknown top key", "stor: s\nstore: s\nstages: { n: { uses: numbers } }\n",
      "@:1:1: unknown key 'stor'; expected one of store, stages, \(limits); did you mean \"store\"?"),
    .init(
      "no store", "stages: { n: { uses: numbers } }\n",
      "@:1:1: the key store is missing; expected the path of an SQLite file"),
    .init(
      "an empty store", "store:\nstages: { n: { uses: numbers } }\n",
      "@:1:7: store is nothing; expected the path of an SQLite file"),
    .init(
      "no stages", "store: s\n",
      "@:1:1: the key stages is missing; "
        + "expected at least one stage, such as  photos: { uses: images, source: folder }"),
    .init(
      "empty stages", "store: s\nstages: {}\n",
      "@:2:9: stages is empty; expected at least one stage, such as  photos: { uses: images, source: folder }"
    ),
    .init(
      "stages a list", "store: s\nstages: [n]\n",
      "@:2:9: stages is a list; expected at least one stage, such as  photos: { uses: images, source: folder }"
    ),
    .init(
      "a stage that is a word", stage: "m: numbers",
      "@:4:6: stage 'm' is 'numbers'; expected a group such as { uses: KIND, ... }"),
    .init(
      "a name with a dot", stage: "a.b: { uses: numbers }",
      "@:4:3: 'a.b' can't name a stage; expected letters, digits, _ and -, beginning with a letter"),
    .init(
      "no uses", stage: "m: { use: numbers }",
      "@:4:3: stage 'm' doesn't say what it uses; expected uses: with one of numbers, squares; "
        + "did you mean \"uses\"?"),
    .init(
      "unknown kind", stage: "m: { uses: nubmers }",
      "@:4:14: unknown stage kind 'nubmers'; expected one of numbers, squares; did you mean \"numbers\"?"),
    .init(
      "a kind that is a list", stage: "m: { uses: [numbers] }",
      "@:4:14: uses is a list; expected one of numbers, squares"),
    .init(
      "unknown parameter", stage: "s: { uses: squares, numbers: n, powr: 3 }",
      "@:4:35: stage 's' (squares) has no parameter 'powr'; expected one of \(squares); did you mean \"power\"?"
    ),
    .init(
      "unknown parameter, nothing near", stage: "s: { uses: squares, numbers: n, colour: 3 }",
      "@:4:35: stage 's' (squares) has no parameter 'colour'; expected one of \(squares)"),
    .init(
      "unknown in a group", stage: "s: { uses: squares, numbers: n, sample: { numbers: n, sise: 3 } }",
      "@:4:57: stage 's' (squares) has no parameter 'sample.sise'; expected one of numbers, size, patience; "
        + "did you mean \"size\"?"),
    .init(
      "missing parameter", stage: "s: { uses: squares }",
      "@:4:3: stage 's' (squares) needs the parameter 'numbers'; "
        + "expected the name of a stage of kind numbers: the numbers to square"),
    .init(
      "missing in a group", stage: "s: { uses: squares, numbers: n, sample: { size: 3 } }",
      "@:4:35: stage 's' (squares) needs the parameter 'sample.numbers'; "
        + "expected the name of a stage of kind numbers: where from"),
    .init(
      "not a whole number", stage: "s: { uses: squares, numbers: n, power: two }",
      "@:4:42: power is 'two'; expected a whole number from 1 to 4"),
    .init(
      "out of range", stage: "s: { uses: squares, numbers: n, power: 5 }",
      "@:4:42: power is '5'; expected a whole number from 1 to 4"),
    .init(
      "not a number", stage: "s: { uses: squares, numbers: n, scale: .nan }",
      "@:4:42: scale is '.nan'; expected a number from 0.0 to 100.0"),
    .init(
      "a number for a truth", stage: "s: { uses: squares, numbers: n, exact: 1 }",
      "@:4:42: exact is '1'; expected true or false"),
    .init(
      "no such choice", stage: "s: { uses: squares, numbers: n, rounding: dwn }",
      "@:4:45: rounding is 'dwn'; expected one of up, down; did you mean \"down\"?"),
    .init(
      "a list for text", stage: "s: { uses: squares, numbers: n, note: [a] }",
      "@:4:41: note is a list; expected text"),
    .init(
      "a word for a group", stage: "s: { uses: squares, numbers: n, sample: n }",
      "@:4:43: sample is 'n'; expected a group { numbers: ..., size: ..., patience: ... }"),
    .init(
      "nothing after the colon", stage: "s: { uses: squares, numbers: }",
      "@:4:32: numbers is nothing; expected the name of a stage of kind numbers"),
    .init(
      "a reference to nothing", stage: "s: { uses: squares, numbers: m }",
      "@:4:32: numbers: there is no stage 'm'; expected the name of a stage of kind numbers; did you mean \"n\"?"
    ),
    .init(
      "a reference to itself", stage: "s: { uses: squares, numbers: s }",
      "@:4:32: numbers of stage 's' refers to itself; expected the name of a stage of kind numbers; "
        + "did you mean \"n\"?"),
    .init(
      "a reference to the wrong kind",
      stage: "s: { uses: squares, numbers: n }\n  t: { uses: squares, numbers: s }",
      "@:5:32: numbers: stage 's' is of kind squares; expected the name of a stage of kind numbers; "
        + "did you mean \"n\"?"),
    .init(
      "a file that isn't there", stage: "m: { uses: numbers, from: missing.txt }",
      "@:4:29: from: there is nothing at &/missing.txt; expected the path of a file"),
    .init(
      "nearly a file", stage: "m: { uses: numbers, from: pipelin.yaml }",
      "@:4:29: from: there is nothing at &/pipelin.yaml; expected the path of a file; "
        + "did you mean \"pipeline.yaml\"?"),
    .init(
      "a folder for a file", stage: "m: { uses: numbers, from: . }",
      "@:4:29: from: & is a folder; expected the path of a file"),
    .init(
      "a variable that isn't set", stage: "m: { uses: numbers, count: \"${UNSET}\" }",
      "@:4:30: the environment variable UNSET isn't set; expected it to be set, or a default: ${UNSET:-default}"
    ),
    .init(
      "a variable that isn't closed", stage: "m: { uses: numbers, count: \"${UNSET\" }",
      "@:4:30: '${UNSET' opens ${ and never closes it; expected ${NAME} or ${NAME:-default}"),
    .init(
      "a variable without a name", stage: "m: { uses: numbers, count: \"${2x}\" }",
      "@:4:30: '${2x}' names no environment variable; "
        + "expected ${NAME} or ${NAME:-default}, a name of letters, digits and _"),
    .init(
      "the kind's own objection", stage: "s: { uses: squares, numbers: n, note: forbidden }",
      "@:4:41: the note 'forbidden' is taken; choose another"),
    .init(
      "a limit that is no limit", stage: "m: { uses: numbers, max_failures: many }",
      "@:4:37: max_failures is 'many'; expected a number of items such as 100, or a share of them such as 1%"),
    .init(
      "a share beyond all", stage: "m: { uses: numbers, max_failures: 101% }",
      "@:4:37: max_failures is '101%'; expected a number of items such as 100, or a share of them such as 1%"),
    .init(
      "a limit for all stages that is no limit",
      "store: s\nmax_attempts: 0\nstages:\n  n: { uses: numbers }\n  m: { uses: numbers }\n",
      "@:2:15: max_attempts is '0'; expected a whole number from 1 to 1000"),
    .init(
      "a limit set on the command line", stage: "m: { uses: numbers }", set: ["max_failures=-1"],
      "--set max_failures=-1: max_failures is '-1'; "
        + "expected a number of items such as 100, or a share of them such as 1%"),
    .init(
      "a setting without a value", stage: "m: { uses: numbers }", set: ["m.count"],
      "--set m.count: not a setting; expected stage.parameter=value"),
    .init(
      "a setting of no stage", stage: "m: { uses: numbers }", set: ["nn.count=3"],
      "--set nn.count=3: there is no stage 'nn'; expected one of n, m"),
    .init(
      "a setting of no parameter", stage: "m: { uses: numbers }", set: ["m.cuont=3"],
      "--set m.cuont=3: stage 'm' (numbers) has no parameter 'cuont'; expected one of count, from, chunk, \(limits); "
        + "did you mean \"count\"?"),
    .init(
      "a setting out of range", stage: "m: { uses: numbers }", set: ["m.count=-1"],
      "--set m.count=-1: count is '-1'; expected a whole number from 0 to 10000000"),
    .init(
      "several at once, in the order of the file",
      stage: "m: { uses: numbers, count: x }\n  s: { uses: sqares, numbers: n }",
      "@:4:30: count is 'x'; expected a whole number from 0 to 10000000\n"
        + "@:5:14: unknown stage kind 'sqares'; expected one of numbers, squares; did you mean \"squares\"?"),
  ]

  @Test(arguments: broken)
  func `what is wrong is said with its place, what was expected and the nearest name`(file: BrokenFile) throws
  {
    let folder = try TemporaryFolder()
    let path = try folder.write("pipeline.yaml", file.text)
    let error = #expect(throws: PipelineError.self) {
      try PipelineFile.load(path, registry: Workshop.registry, overrides: file.overrides)
    }
    let expected = file.message.replacingOccurrences(of: "@", with: path)
      .replacingOccurrences(of: "&", with: folder.url.path)
    #expect(error?.description == expected)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == ["pipeline.yaml"])
  }

  /// Kinds that may refer to each other, for circles.
  enum Link: StageKind {
    static let name = "link"
    static let resultsVersion = 1
    static let summary = "A link of a chain."
    static let parameters: [ParameterDeclaration] = [
      .init("after", .reference(kinds: ["link"]), help: "the one before")
    ]
    static func makeStage(_ parameters: StageParameters) throws -> any Stage { NumbersStage(count: 0) }
  }

  @Test func `a circle is shown whole, at the reference that closes it`() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(
      "p.yaml",
      """
      store: s
      stages:
        a: { uses: link, after: c }
        b: { uses: link, after: a }
        c: { uses: link, after: b }

      """)
    let error = #expect(throws: PipelineError.self) {
      try PipelineFile.load(path, registry: StageRegistry([Link.self]))
    }
    #expect(
      error?.description
        == "\(path):4:27: after: stages wait for each other in a circle: a -> c -> b -> a; "
        + "expected every stage to refer to earlier results only")
  }

  @Test func `a file that isn't there`() throws {
    let error = #expect(throws: PipelineError.self) {
      try PipelineFile.load("/nowhere/p.yaml", registry: Workshop.registry)
    }
    #expect(error?.description == "/nowhere/p.yaml: no such file; expected a pipeline file (YAML)")
  }

  @Test func `values may come from the environment, from defaults and from the command line`() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(
      "deep/p.yaml",
      """
      store: ${STORE:-../here}/s.sqlite
      stages:
        n:
          uses: numbers
          count: ${COUNT}
        s: { uses: squares, numbers: n, note: "cost: $${5}", sample: { numbers: n } }

      """)
    let file = try PipelineFile.load(
      path, registry: Workshop.registry, overrides: ["s.power=3", "s.sample.size=8"],
      environment: ["COUNT": "42", "STORE": ""])
    #expect(file.storePath == folder.path("here/s.sqlite"), "relative to the file's folder")
    #expect(file.stage(named: "n")?.parameters.integer(ifPresent: "count") == 42)
    let squares = try #require(file.stage(named: "s"))
    #expect(squares.parameters.text(ifPresent: "note") == "cost: ${5}")
    #expect(squares.parameters.integer(ifPresent: "power") == 3)
    #expect(squares.parameters.integer(ifPresent: "sample.size") == 8)
    #expect(squares.references.map(\.parameter) == ["numbers", "sample.numbers"])
    let moved = try PipelineFile.load(
      path, registry: Workshop.registry, overrides: ["store=/else/where.sqlite"], environment: ["COUNT": "1"])
    #expect(moved.storePath == "/else/where.sqlite")
  }
}
