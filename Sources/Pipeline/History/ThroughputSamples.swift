/// How far a stage was at moments of its run: enough for a curve, never more than a page of numbers.
///
/// When there are too many, every second one goes and the rest come half as often: a run of a minute has a sample a
/// second or so, one of a week a sample every hour.
struct ThroughputSamples: Sendable, Hashable {
  static let most = 240

  private(set) var samples: [ThroughputSample] = []
  private var interval: Double

  /// - Parameter interval: seconds between samples at first.
  init(interval: Double = 0.25) { self.interval = interval }

  /// Takes a sample unless the last is too near.
  ///
  /// - Returns: whether it was taken.
  @discardableResult
  mutating func take(_ sample: ThroughputSample) -> Bool {
    if let last = samples.last, sample.seconds - last.seconds < interval { return false }
    samples.append(sample)
    if samples.count > Self.most {
      samples = samples.enumerated().filter { $0.offset.isMultiple(of: 2) }.map(\.element)
      interval *= 2
    }
    return true
  }

  /// Takes the last sample, however near the one before is.
  mutating func end(_ sample: ThroughputSample) {
    if let last = samples.last, last.seconds >= sample.seconds { return }
    samples.append(sample)
  }
}

/// How many items a run had worked in a stage at a moment of it.
public struct ThroughputSample: Sendable, Hashable, Codable {
  /// Since the stage began.
  public var seconds: Double
  public var done: Int
  public var failed: Int

  public init(seconds: Double, done: Int, failed: Int) {
    self.seconds = seconds
    self.done = done
    self.failed = failed
  }

  /// As an array of three numbers: there are many.
  public init(from decoder: any Decoder) throws {
    var container = try decoder.unkeyedContainer()
    seconds = try container.decode(Double.self)
    done = try container.decode(Int.self)
    failed = try container.decode(Int.self)
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.unkeyedContainer()
    try container.encode(seconds)
    try container.encode(done)
    try container.encode(failed)
  }
}
