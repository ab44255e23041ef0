import Network
import Quantization

/// How many images a second a network takes on this machine, preprocessing aside.
public struct NetworkBenchmark: Sendable, Hashable, Codable {
  /// The median of the rounds.
  public var imagesPerSecond: Double
  public var secondsPerBatch: Double
  public var rounds: Int
  public var threads: Int
  public var batch: Int
  public var precision: String
  public var instructionSet: String
  /// By step, an image's time on one thread, with as many others as go through the step together; nil for float32.
  public var profile: PlanProfile?

  enum CodingKeys: String, CodingKey {
    case imagesPerSecond = "images_per_second"
    case secondsPerBatch = "seconds_per_batch"
    case rounds
    case threads
    case batch
    case precision
    case instructionSet = "instruction_set"
    case profile
  }

  private static let fewestRounds = 5

  /// Threads share a batch's images, or in int8 an image's layers where there are fewer images. What is in them does not
  /// change how long they take, so they are random, from a fixed seed, and int8 is calibrated on them.
  ///
  /// - Parameters:
  ///   - seconds: about how long to measure, after a round to warm up.
  ///   - profilesLayers: times each step too, afterwards and for as long again.
  /// - Throws: `NetworkFileError`, `NetworkError`, `QuantizationError`.
  public static func run(
    _ network: NetworkFile, threads: Int, batch: Int, isFloat: Bool,
    instructionSet: InstructionSet = .best, seconds: Double = 1, profilesLayers: Bool = false
  ) throws -> NetworkBenchmark {
    for (name, value) in [("The number of threads", threads), ("The batch", batch)] where value < 1 {
      throw NetworkFileError.invalidCount(name: name, value: value)
    }
    let shape = network.inputShape
    guard !shape.isEmpty, shape.allSatisfy({ $0 > 0 }) else {
      throw NetworkFileError.inputShape(found: [], expected: shape)
    }
    let image = randomValues(count: shape.reduce(1, *))
    let layer = try network.resolveLayer(nil)
    let engine: NetworkEngine
    if isFloat {
      engine = try NetworkEngine(
        try network.neededGraph(for: "float32"), outputs: [layer], instructionSet: instructionSet)
    } else {
      let quantized = try network.quantized(calibratedWith: Tensor(shape: [1] + shape, values: image))
      engine = try NetworkEngine(quantized, outputs: [layer], instructionSet: instructionSet)
    }
    let runner = try engine.makeRunner(nil, threads: threads)
    let images = [[Float]](repeating: image, count: batch)
    let round = {
      let start = ContinuousClock.now
      _ = try runner.run(tensors: images)
      let parts = start.duration(to: .now).components
      return Double(parts.seconds) + Double(parts.attoseconds) / 1e18
    }
    _ = try round()
    var times: [Double] = []
    while times.count < fewestRounds || times.reduce(0, +) < seconds { times.append(try round()) }
    let median = times.sorted()[times.count / 2]
    return NetworkBenchmark(
      imagesPerSecond: Double(batch) / median, secondsPerBatch: median, rounds: times.count,
      threads: isFloat ? min(threads, batch) : threads, batch: batch, precision: isFloat ? "float32" : "int8",
      instructionSet: instructionSet.rawValue,
      profile: profilesLayers
        ? try profile(
          of: engine, image: image, batch: batch, threads: threads, rounds: seconds * Double(batch) / median)
        : nil)
  }

  private static func profile(
    of engine: NetworkEngine, image: [Float], batch: Int, threads: Int, rounds: Double
  ) throws
    -> PlanProfile?
  {
    guard case .int8(let plan) = engine else { return nil }
    return try PlanExecutor(plan).profile(
      tensor: image, batch: batch, threads: threads, rounds: max(3, min(1000, Int(rounds))))
  }

  /// -1..<1, by a linear congruential generator (Knuth's MMIX constants).
  static func randomValues(count: Int) -> [Float] {
    var state: UInt64 = 20_120_521
    return (0..<count).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Float(Int32(truncatingIfNeeded: state >> 32)) / 2_147_483_648
    }
  }
}
