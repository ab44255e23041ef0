/// How long each step of a plan takes: for people who want to know where the time goes.
public struct PlanProfile: Sendable, Hashable, Codable {
  public struct Layer: Sendable, Hashable, Codable {
    /// The value that the step makes.
    public var name: String
    /// Which kernel: `winograd`, `direct`, `depthwise`, …; behind it `mosaic` where four images are one map to it.
    public var kernel: String
    /// [channels, height, width] of one image's input and output.
    public var input: [Int]
    public var output: [Int]
    /// [height, width] of the window; empty where there is none.
    public var window: [Int]
    /// Multiplications and additions of the layer's definition, for one image; 0 for what has no products.
    public var multiplications: Int
    /// For one image, the median over the rounds.
    public var seconds: Double
  }

  public var layers: [Layer]
}

extension PlanExecutor {
  /// Times every step on one thread: for one image, or for as many as would go through it together.
  ///
  /// - Parameters:
  ///   - tensor: an input as `run(tensor:)` takes it.
  ///   - batch: how many images there would be, for `threads` together.
  ///   - rounds: at least 1.
  public func profile(
    tensor: [Float], batch: Int = 1, threads: Int = 1, rounds: Int
  ) throws(QuantizationError) -> PlanProfile {
    try run(tensor: tensor)
    let clock = ContinuousClock()
    let steps = timedSteps(batch: batch, threads: threads)
    var times = [[Double]](repeating: [], count: steps.count)
    for _ in 0..<max(1, rounds) {
      for (index, timed) in steps.enumerated() {
        let start = clock.now
        try timed.runner.run(timed.step, images: timed.images)
        let parts = start.duration(to: clock.now).components
        times[index].append(Double(parts.seconds) + Double(parts.attoseconds) / 1e18)
      }
    }
    return PlanProfile(
      layers: zip(steps, times).map { timed, times in
        layer(
          of: timed.step, isOfMosaic: timed.isOfMosaic,
          seconds: times.sorted()[times.count / 2] / Double(timed.images))
      })
  }

  private struct TimedStep {
    var runner: StepRunner
    var step: PlanStep
    /// How many it is run for at once.
    var images = 1
    var isOfMosaic = false
  }

  private func timedSteps(batch: Int, threads: Int) -> [TimedStep] {
    let mosaics = batch / max(1, threads) >= ImageMosaic.images ? plan.mosaics : []
    var steps: [TimedStep] = []
    var index = 0
    while index < head.part.steps.count {
      if let part = mosaics.first(where: { $0.mosaic.steps.lowerBound == index }) {
        let runner = StepRunner(part.part, constants: plan.constants, instructionSet: plan.instructionSet)
        steps += part.part.steps.map {
          TimedStep(runner: runner, step: $0, images: ImageMosaic.images, isOfMosaic: true)
        }
        index = part.mosaic.steps.upperBound
      } else {
        steps.append(TimedStep(runner: head, step: head.part.steps[index]))
        index += 1
      }
    }
    guard let tail else { return steps }
    let images = min(max(1, batch), BatchTail.images)
    return steps + tail.part.steps.map { TimedStep(runner: tail, step: $0, images: images) }
  }

  private func layer(of step: PlanStep, isOfMosaic: Bool, seconds: Double) -> PlanProfile.Layer {
    let values = plan.network.structure.values
    let description = step.description
    let output = values[description.output].shape
    let input = description.input.map { values[$0].shape }
    return PlanProfile.Layer(
      name: values[description.output].name,
      kernel: isOfMosaic ? "\(description.kernel) mosaic" : description.kernel,
      input: input.map { [$0.channels, $0.height, $0.width] } ?? [],
      output: [output.channels, output.height, output.width],
      window: description.window.map { [$0.kernelHeight, $0.kernelWidth] } ?? [],
      multiplications: step.multiplications(input: input, output: output), seconds: seconds)
  }
}

extension PlanStep {
  var description: (kernel: String, input: Int?, output: Int, window: Window?) {
    switch self {
    case .convolution(let step): ("direct", step.layer.input, step.layer.output, step.layer.window)
    case .winograd(let step): ("winograd", step.layer.input, step.layer.output, step.layer.window)
    case .depthwise(let step): ("depthwise", step.layer.input, step.layer.output, step.layer.window)
    case .expandedDepthwise(let pair):
      (
        "direct, depthwise", pair.expansion.layer.input, pair.depthwise.layer.output,
        pair.depthwise.layer.window
      )
    case .pooling(_, let input, let output, let isMaximum):
      (isMaximum ? "max pool" : "average pool", input, output, nil)
    case .globalAverage(let input, let output): ("global average", input, output, nil)
    case .add(let left, _, let output, _, _, _, _): ("add", left, output, nil)
    case .multiply(let left, _, let output, _): ("multiply", left, output, nil)
    case .floatIsland(let island):
      ("float", island.inputs.first?.value, island.outputs.first?.value ?? 0, nil)
    case .lookup(let input, let output, _): ("lookup", input, output, nil)
    case .rearrange(let step): ("rearrange", step.input, step.output, nil)
    case .copyChannels(let input, let output, _): ("copy", input, output, nil)
    case .quantize(let input, let output): ("quantize", input, output, nil)
    case .softmax(let input, let output): ("softmax", input, output, nil)
    case .clamp(let value, _, _): ("clamp", value, value, nil)
    case .fillBorder(let value): ("border", nil, value, nil)
    }
  }

  fileprivate func multiplications(input: MapShape?, output: MapShape) -> Int {
    if case .expandedDepthwise(let pair) = self, let input {
      let products = [pair.expansion.layer.window, pair.depthwise.layer.window].map {
        $0.kernelHeight * $0.kernelWidth
      }
      return pair.expandedCount * input.channels * products[0] + output.count * products[1]
    }
    guard let window = description.window, let input else { return 0 }
    let taps = window.kernelHeight * window.kernelWidth
    if case .depthwise = self { return output.count * taps }
    return output.count * input.channels * taps
  }
}
