import ArgumentParser
import Foundation
import GRDB
import Pipeline
import Stages

@main
struct ScaleProgram: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "synoptic-scale",
    abstract: "Brings a store of generated images to a size, or plans that, and prints what it took as JSON.",
    discussion: "Benchmarks/scale calls it for one size after another.")

  @Argument(help: "The store; made where there is none.")
  var store: String

  @Option(help: "How many images it is to have.")
  var images: Int

  @Option(help: "Values of a vector.")
  var dimension = 1_280

  @Flag(help: "Only find out what there is to do.")
  var plan = false

  func run() async throws {
    let pipeline = store + ".yaml"
    // Written once: a file that is written anew is hashed anew.
    if !FileManager.default.fileExists(atPath: store + ".xml") {
      try GeneratedHierarchy.xml(classes: 1_000).write(
        toFile: store + ".xml", atomically: true, encoding: .utf8)
    }
    try """
    store: "\(URL(fileURLWithPath: store).path)"
    stages:
      taxonomy: { uses: synsets, source: "\(URL(fileURLWithPath: store).path).xml" }
      photos: { uses: generated-images, count: \(images) }
      embedding: { uses: generated-features, images: photos, dimension: \(dimension) }

    """.write(toFile: pipeline, atomically: true, encoding: .utf8)
    let file = try PipelineFile.load(
      pipeline, registry: StageRegistry([SynsetsStage.self, GeneratedImages.self, GeneratedFeatures.self]))
    let start = ContinuousClock.now
    var measured: [String: Double] = [:]
    if plan {
      let plan = try Planner(file).plan(database: StoreFile.openReadOnly(store))
      measured["current"] = plan.stages.allSatisfy { $0.state == .current } ? 1 : 0
    } else {
      let database = try StoreFile.open(store, mode: .create)
      let report = try await Runner(database: database).run(file)
      measured["exit"] = Double(report.exit.rawValue)
      for stage in report.stages { measured[stage.name] = stage.report.seconds }
      try StoreFile.close(database)
    }
    measured["seconds"] = start.duration(to: .now) / .seconds(1)
    let usage = Self.usage
    measured["cpu_seconds"] = usage.cpuSeconds
    measured["peak_bytes"] = Double(usage.peakBytes)
    let data = try JSONSerialization.data(withJSONObject: measured, options: [.sortedKeys])
    print(String(decoding: data, as: UTF8.self))
  }

  /// Of this process so far (getrusage(2)). Processor time tells sizes apart on a machine with other work, too.
  private static var usage: (cpuSeconds: Double, peakBytes: Int) {
    var usage = rusage()
    #if canImport(Darwin)
      getrusage(RUSAGE_SELF, &usage)
      let peak = usage.ru_maxrss
    #else
      getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
      let peak = usage.ru_maxrss * 1024
    #endif
    func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
    return (seconds(usage.ru_utime) + seconds(usage.ru_stime), peak)
  }
}
