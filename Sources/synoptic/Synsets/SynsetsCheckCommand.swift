import ArgumentParser
import Pipeline
import Stages
import WordNet

struct SynsetsCheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "List what is odd in a source of synsets, with lines.",
    discussion: """
      Looked for are: \(HierarchyFinding.Kind.allCases.map(\.rawValue).joined(separator: ", ")). Most of it does no harm. Of \
      WN-LMF, edges that close a cycle or lead nowhere are left out when the source is read; of ImageNet's XML and \
      WordNet's database they make it unreadable.

      The exit status is 0 when there is nothing, 2 when there is something, and 1 for a file that cannot be read to its \
      end, such as XML that is not well-formed.

      EXAMPLES
        synoptic synsets check structure_released.xml
        synoptic synsets check english-wordnet-2024.xml.gz --json
      """)

  @Argument(help: "An XML file (also packed with gzip) or a WordNet folder.", completion: .file())
  var file: String

  @Option(help: ArgumentHelp("Only findings of this kind; may be given several times.", valueName: "kind"))
  var only: [String] = []

  @OptionGroup var json: JSONFlag

  func validate() throws {
    let kinds = HierarchyFinding.Kind.allCases.map(\.rawValue)
    if let unknown = only.first(where: { !kinds.contains($0) }) {
      throw ValidationError(
        "there is no kind of finding \"\(unknown)\"; there are: \(kinds.joined(separator: ", "))")
    }
  }

  func run() throws {
    try InputFile.check(file)
    if StoreFile.isSQLite(file) {
      throw UsageError(
        "\(file) is a store, which was checked when it was made; name the file it was made from")
    }
    let check = try HierarchyCheck(file)
    let findings = check.findings.filter { only.isEmpty || only.contains($0.kind.rawValue) }
    if json.isOn {
      let object: JSON = [
        "file": .string(file), "format": .string(check.format.title), "synsets": .integer(check.synsetCount),
        "counts": .object(
          counts(findings).map { .init(name: $0.kind.rawValue, value: .integer($0.count)) }),
        "findings": .array(findings.map(json(of:))), "omitted": .integer(check.omittedCount),
      ]
      try StandardOutput.write(line: object.line)
    } else {
      for start in stride(from: 0, to: findings.count, by: 1_000) {
        let lines = findings[start..<min(start + 1_000, findings.count)]
        try StandardOutput.write(lines.map { TextTable.printable($0.description) + "\n" }.joined())
      }
    }
    let summary = counts(findings).map { "\(Quantities.count($0.count)) \($0.kind.rawValue)" }
    StandardError.say(
      "\(file) (\(check.format.title)): \(Quantities.count(check.synsetCount, "synset")), "
        + (summary.isEmpty ? "nothing odd" : summary.joined(separator: ", "))
        + (check.omittedCount == 0 ? "" : ", and \(Quantities.count(check.omittedCount)) findings more"))
    if !findings.isEmpty { throw ExitCode(ExitStatus.someFailed.rawValue) }
  }

  private func counts(_ findings: [HierarchyFinding]) -> [(kind: HierarchyFinding.Kind, count: Int)] {
    HierarchyFinding.Kind.allCases.compactMap { kind in
      let count = findings.count { $0.kind == kind }
      return count == 0 ? nil : (kind, count)
    }
  }

  private func json(of finding: HierarchyFinding) -> JSON {
    [
      "kind": .string(finding.kind.rawValue), "file": .string(finding.path), "line": .integer(finding.line),
      "synset": finding.subject.isEmpty ? .null : .string(finding.subject),
      "message": .string(finding.message),
    ]
  }
}
