import ArgumentParser
import Corpus
import Stages

struct ImagesScanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "scan",
    abstract: "Look at a corpus: its layout, its images and classes, and what can't be read.",
    discussion: """
      Takes a folder, a tar archive, archives as a pattern, or a manifest; needs no store, reads no image. Ends with \
      status 2 where something can't be read. The options are parameters of the `images` stage, too.

      EXAMPLES
        synoptic images scan photos/
        synoptic images scan ILSVRC2012_img_train.tar --json
        synoptic images scan 'shard-{000..009}.tar' --layout webdataset
        synoptic images scan val/ --truth ILSVRC2012_devkit_t12/data/ILSVRC2012_validation_ground_truth.txt
      """)

  @Argument(help: "A folder, archive, pattern or manifest.", completion: .file())
  var path: String

  @Option(help: "How it is laid out: \(CorpusLayout.allCases.map(\.rawValue).joined(separator: ", ")).")
  var layout: String?

  @Option(help: "The folder that a manifest's paths are relative to.", completion: .directory)
  var root: String?

  @Option(
    help: "A text with the images' classes, or a folder or archive of box annotations.", completion: .file())
  var truth: String?

  @Option(help: "What class numbers stand for: ilsvrc2012, or a file.", completion: .file())
  var labels: String?

  @Option(name: .customLong("labels-from"), help: "The number of the first class of --labels: 0 or 1.")
  var labelsFrom: Int?

  @Option(help: "A folder or archive of box annotations.", completion: .file())
  var boxes: String?

  @OptionGroup var json: JSONFlag

  func validate() throws {
    if let layout, CorpusLayout(rawValue: layout) == nil {
      throw ValidationError(
        "there is no layout '\(layout)'; there are \(CorpusLayout.allCases.map(\.rawValue).joined(separator: ", "))"
      )
    }
    if let labelsFrom, !(0...1).contains(labelsFrom) {
      throw ValidationError("--labels-from is \(labelsFrom), and must be 0 or 1")
    }
  }

  func run() throws {
    let options = SourceOptions(
      layout: layout.flatMap(CorpusLayout.init), root: root, truth: truth, boxes: boxes)
    let source = try ImageSources.open(path, options)
    let numbers = try ImageClassList.find(labels, from: labelsFrom, for: source)
    let start = ContinuousClock.now
    var survey = CorpusSurvey()
    try survey.run(source)
    let seconds = start.duration(to: .now) / .seconds(1)
    let listing = SurveyListing(source: source, survey: survey, numbers: numbers, seconds: seconds)
    if json.isOn {
      try StandardOutput.write(line: listing.json.line)
    } else {
      try StandardOutput.write(listing.text)
    }
    if survey.problemCount > 0 || !listing.unknownNumbers.isEmpty { throw ExitCode(2) }
  }
}

/// What `images scan` prints.
struct SurveyListing {
  let source: any ImageSource
  let survey: CorpusSurvey
  /// What class numbers stand for.
  let numbers: ClassNumbers?
  let seconds: Double

  private static let shownProblems = 10

  /// Class numbers that no list, or not the list given, has.
  var unknownNumbers: [String] {
    guard let numbers else { return [] }
    return survey.classes.keys.filter { Int($0).map { numbers.label(of: $0) == nil } ?? false }.sorted()
  }

  private var numberedClasses: Int {
    survey.classes.keys.count { $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }
  }

  var text: String {
    var lines = [
      "layout    \(source.layout)", "root      \(source.root)",
      "images    \(Quantities.count(survey.images)), \(Quantities.count(Int(survey.bytes))) bytes",
      "classes   \(Quantities.count(survey.classes.count)), of \(Quantities.count(survey.labelled)) images",
    ]
    if survey.archives > 0 { lines.append("archives  \(Quantities.count(survey.archives))") }
    if survey.annotated > 0 { lines.append("boxes     of \(Quantities.count(survey.annotated)) images") }
    if let numbers { lines.append("numbers   stand for what \(numbers.name) says") }
    if numberedClasses > 0, numbers == nil {
      lines.append(
        "note      \(Quantities.count(numberedClasses)) classes are numbers; `labels` says what they stand for"
      )
    }
    for number in unknownNumbers.prefix(Self.shownProblems) {
      lines.append("problem   the list of classes has no number \(number)")
    }
    for note in survey.notes.prefix(Self.shownProblems) { lines.append("note      \(note)") }
    if survey.noteCount > Self.shownProblems {
      lines.append("note      and \(Quantities.count(survey.noteCount - Self.shownProblems)) more notes")
    }
    for (kind, count) in survey.problemCounts.sorted(by: { ($1.value, $0.key) < ($0.value, $1.key) }) {
      lines.append("problems  \(Quantities.count(count)) \(kind)")
    }
    for problem in survey.problems.prefix(Self.shownProblems) { lines.append("problem   \(problem.error)") }
    if survey.problemCount > Self.shownProblems {
      lines.append(
        "problem   and \(Quantities.count(survey.problemCount - Self.shownProblems)) more; --json lists them")
    }
    let rate = seconds > 0 ? Double(survey.images) / seconds : 0
    lines.append("time      \(Quantities.fixed(seconds, 2)) s, \(Quantities.count(Int(rate))) images/s")
    return lines.map { TextTable.printable($0) + "\n" }.joined()
  }

  var json: JSON {
    [
      "layout": .string(source.layout.kind.rawValue), "details": .string(source.layout.details),
      "root": .string(source.root), "images": .integer(survey.images), "bytes": .integer(Int(survey.bytes)),
      "labelled": .integer(survey.labelled),
      "classes": .object(
        survey.classes.sorted { $0.key < $1.key }.map { .init(name: $0.key, value: .integer($0.value)) }),
      "archives": .integer(survey.archives), "annotated": .integer(survey.annotated),
      "notes": .strings(survey.notes), "unknown_numbers": .strings(unknownNumbers),
      "problems": .object(
        survey.problemCounts.sorted { $0.key < $1.key }.map { .init(name: $0.key, value: .integer($0.value)) }
      ),
      "failures": .array(
        survey.problems.map {
          [
            "path": .string($0.path), "class": .string($0.error.errorClass),
            "message": .string("\($0.error)"),
          ]
        }), "seconds": .number(seconds),
    ]
  }
}
