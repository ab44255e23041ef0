import ArgumentParser
import Foundation
import GRDB
import Pipeline
import Reports
import Stages

struct CollectCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "gc",
    abstract:
      "Remove what no stage stands for any more: old spaces, networks, corpora, hierarchies, gone images.",
    discussion: """
      Results stay in a store so that switching a parameter back is instant; this gives their room back. A stage \
      stands for what it was when last run, also if the pipeline file no longer has it: --forget its name then. \
      An interrupt ends it between two small transactions; it may be run again at any time.

      EXAMPLES
        synoptic gc quickstart.sqlite --dry-run
        synoptic gc quickstart.sqlite
        synoptic gc quickstart.sqlite --forget old-embedding --forget old-index
      """)

  @Argument(help: "A store, or a pipeline file that names one.", completion: .file())
  var store: String

  @Flag(help: "Say what would go and how many bytes, and change nothing.")
  var dryRun = false

  @Option(
    help: ArgumentHelp(
      "A stage whose name is to stand for nothing; may be given several times.", valueName: "stage"))
  var forget: [String] = []

  @OptionGroup var json: JSONFlag
  @OptionGroup var wait: WaitFlag

  func validate() throws {
    if dryRun && !forget.isEmpty {
      throw ValidationError("--forget changes the store, and --dry-run changes nothing")
    }
  }

  func run() async throws {
    let path = try OpenStore.path(of: store)
    let before = Self.size(of: path)
    let garbage =
      dryRun ? try await StoreFile.openReadOnly(path).read { db in try Garbage(db) } : try await collect(path)
    let saved = dryRun ? nil : before - Self.size(of: path)
    if json.isOn { return try StandardOutput.write(line: listing(path, garbage, saved).line) }
    if !garbage.entries.isEmpty { try StandardOutput.write(Self.table(garbage)) }
    StandardError.say(summary(path, garbage, saved))
  }

  private func collect(_ path: String) async throws -> Garbage {
    // Before the lock, which would leave a file beside what is no store.
    _ = try StoreFile.openReadOnly(path)
    let lock = try await wait.acquire(path)
    defer { lock.release() }
    let control = RunControl()
    let interrupts = Interrupts(control: control) { StandardError.say($0) }
    defer { interrupts.stopListening() }
    let database = try StoreFile.open(path, mode: .readWrite)
    defer { try? StoreFile.close(database) }
    return try await StoreCollection(database, control: control).run(forgetting: forget)
  }

  private func summary(_ path: String, _ garbage: Garbage, _ saved: Int?) -> String {
    var text: String
    if let saved {
      text = "\(path) gave back \(Quantities.bytes(max(0, saved)))"
    } else {
      text = "about \(Quantities.bytes(garbage.bytes)) would be given back"
      if garbage.freeBytes > 0 {
        text += ", of which \(Quantities.bytes(garbage.freeBytes)) are free already"
      }
    }
    if !garbage.unfinished.isEmpty {
      text += "; not finished, so that its old vectors stay: \(garbage.unfinished.joined(separator: ", "))"
    }
    return text
  }

  private func listing(_ path: String, _ garbage: Garbage, _ saved: Int?) -> JSON {
    [
      "store": .string(path), "dry_run": .boolean(dryRun),
      "garbage": .array(
        garbage.entries.map { entry in
          [
            "what": .string(entry.kind.rawValue), "name": .string(entry.name), "rows": .integer(entry.rows),
            "bytes": .integer(entry.bytes),
          ]
        }),
      "bytes": .integer(garbage.bytes), "free": .integer(garbage.freeBytes), "given_back": .integer(saved),
      "unfinished": .strings(garbage.unfinished),
    ]
  }

  private static func table(_ garbage: Garbage) -> String {
    var table = TextTable([("WHAT", .left), ("NAME", .left), ("ROWS", .right), ("BYTES, ABOUT", .right)])
    for entry in garbage.entries {
      table.append([
        entry.kind.rawValue, entry.name, Quantities.count(entry.rows), Quantities.count(entry.bytes),
      ])
    }
    return table.text
  }

  private static func size(of path: String) -> Int {
    [path, path + "-wal"].reduce(0) { sum, file in
      sum + (((try? FileManager.default.attributesOfItem(atPath: file))?[.size] as? Int) ?? 0)
    }
  }
}
