import ArgumentParser

struct RunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Run a pipeline: whatever is new, stale or unfinished, and nothing else.",
    discussion: """
      A bad image is recorded and the run goes on. An interrupt (Ctrl-C, SIGTERM, SIGHUP) finishes the batches \
      in hand, commits them and ends with status 1; a second one stops at once with 128 plus the signal's \
      number. Either way, and after a kill or a power cut too, the same command goes on where it was.

      EXAMPLES
        synoptic run Pipelines/quickstart.yaml
        synoptic run corpus.yaml --set embedding.encoding=int8 --threads 4
        synoptic run corpus.yaml --set max_failures=1%
        synoptic run corpus.yaml --verify
        synoptic run corpus.yaml --json | tail -n 1
      """)

  @OptionGroup var pipeline: PipelineArguments
  @OptionGroup var threads: ThreadsOption
  @OptionGroup var log: LogFormatOption
  @OptionGroup var json: JSONFlag
  @OptionGroup var wait: WaitFlag

  @Flag(help: "Read every image again, also those whose size and time say that they are as they were.")
  var verify = false

  func run() async throws {
    log.format.apply()
    try await PipelineRun(
      file: pipeline.load(), threads: threads.count, isJSON: json.isOn, wait: wait, verifies: verify
    ).run()
  }
}
