import Pipeline
import TestSupport
import Testing

@testable import Stages

@Suite struct `A stage with wrong parameters` {
  @Test func `int8 without calibration is objected to at its place`() throws {
    let workshop = try Workshop(images: 1)
    try workshop.folder.write(
      "pipeline.yaml",
      """
      store: store.sqlite
      stages:
        network:
          uses: network
          model: tiny.onnx
          precision: int8
      """)
    let error = #expect(throws: PipelineError.self) { try workshop.file() }
    #expect(error?.description.contains("pipeline.yaml:6:16") == true, "\(error?.description ?? "")")
    #expect(error?.description.contains("calibrate") == true)
  }

  @Test func `labels that are not one an output end the stage with a sentence`() async throws {
    let workshop = try Workshop(images: 2)
    let report = try await workshop.run(["network.labels=ilsvrc2012"])
    #expect(report.exit == .unfinished)
    #expect(
      report["network"]?.reasons.first?.hasPrefix("There are 1000 labels, and the network has 4") == true)
    #expect(report["embedding"]?.state == .failed)
  }

  @Test func `an unknown layer is named with the nearest there are`() async throws {
    let workshop = try Workshop(images: 2)
    let report = try await workshop.run(["embedding.layer=flap", "network.precision=float32"])
    #expect(report["embedding"]?.reasons.first?.contains("flat") == true)
  }

  @Test func `a model that is no ONNX file ends the stage and nothing else`() async throws {
    let workshop = try Workshop(images: 2)
    try workshop.folder.write("tiny.onnx", "not a network")
    let report = try await workshop.run()
    #expect(report["photos"]?.state == .done && report["network"]?.state == .failed)
  }
}
