import CKernels
import Network

/// What one thread runs images with, of which a few may take turns: a runner for each, and one for each mosaic.
struct TurnTaker {
  private let plan: CompiledPlan
  private var heads: [StepRunner]
  private var mosaics: [StepRunner] = []

  /// - Parameter head: a runner of the plan's head that is there already.
  init(_ plan: CompiledPlan, head: StepRunner? = nil) {
    self.plan = plan
    heads = [head ?? StepRunner(plan.head, constants: plan.constants, instructionSet: plan.instructionSet)]
  }

  mutating func makeRoom(for images: Int) {
    while heads.count < images {
      heads.append(StepRunner(plan.head, constants: plan.constants, instructionSet: plan.instructionSet))
    }
    guard mosaics.isEmpty, images >= ImageMosaic.images else { return }
    mosaics = plan.mosaics.map {
      StepRunner($0.part, constants: plan.constants, instructionSet: plan.instructionSet)
    }
  }

  /// All images come to their turns in the first head's memory, which a core's cache then has, and all but the last go on
  /// in another's.
  ///
  /// - Parameters:
  ///   - images: no more than there is room for.
  ///   - load: puts an image into a head.
  ///   - finish: takes what a head has made of an image.
  func run(
    _ images: Range<Int>, load: (_ image: Int, _ head: StepRunner) throws(QuantizationError) -> Void,
    finish: (_ image: Int, _ head: StepRunner) -> Void
  ) throws(QuantizationError) {
    let runners = Array(heads.prefix(images.count))
    let turns = plan.head.turns
    let first = turns?.first ?? plan.head.steps.count
    for (image, runner) in zip(images, runners.reversed()) {
      try load(image, runners[0])
      try runners[0].run(0..<first)
      if let turns, runner !== runners[0] { runner.copy(turns.input, from: runners[0]) }
    }
    var index = first
    while index < plan.head.steps.count {
      if runners.count == ImageMosaic.images,
        let number = plan.mosaics.firstIndex(where: { $0.mosaic.steps.lowerBound == index })
      {
        try run(plan.mosaics[number].mosaic, mosaics[number], runners)
        index = plan.mosaics[number].mosaic.steps.upperBound
      } else {
        try takeTurns(in: index, runners)
        index += 1
      }
    }
    for (image, runner) in zip(images, runners.reversed()) { finish(image, runner) }
  }

  private func takeTurns(in index: Int, _ runners: [StepRunner]) throws(QuantizationError) {
    let shares = TurnSteps.shares(of: plan.head.steps[index])
    for share in 0..<shares {
      for runner in runners { try runner.run(index, share: share, of: shares) }
    }
  }

  private func run(
    _ mosaic: ImageMosaic, _ whole: StepRunner, _ runners: [StepRunner]
  ) throws(QuantizationError) {
    for (number, runner) in runners.enumerated() {
      Self.copy(
        mosaic.shape, from: runner.region(mosaic.input), to: whole.region(mosaic.input, ofImage: number))
    }
    try whole.run(whole.part.steps.indices)
    let shape = plan.network.structure.values[mosaic.output].shape
    for (number, runner) in runners.enumerated() {
      Self.copy(shape, from: whole.region(mosaic.output, ofImage: number), to: runner.region(mosaic.output))
    }
  }

  private static func copy(_ shape: MapShape, from: synoptic_int8_region, to: synoptic_int8_region) {
    synoptic_int8_copy_channels(
      from, UInt32(shape.channels), to, 0, UInt32(shape.height), UInt32(shape.width))
  }
}
