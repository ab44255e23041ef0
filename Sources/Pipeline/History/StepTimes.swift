import Synchronization

/// A part of the work on an item: its times over all items and threads are recorded with the run.
public struct Step: Sendable, Hashable {
  public let name: String

  public init(_ name: String) { self.name = name }

  /// Finding out what there is to do.
  public static let list = Step("list")
  /// What is done once, before the items.
  public static let prepare = Step("prepare")
  public static let read = Step("read")
  public static let decode = Step("decode")
  public static let resize = Step("resize")
  public static let infer = Step("infer")
  /// Committing rows and states.
  public static let write = Step("write")
}

/// What the steps of a stage took, summed over the threads that take them.
///
///     let bytes = try context.steps.measure(.read) { try FileContents.read(path) }
public final class StepTimes: Sendable {
  public struct Total: Sendable, Hashable {
    public var duration: Duration = .zero
    public var count = 0
  }

  private let totals = Mutex<[Step: Total]>([:])

  public init() {}

  public func measure<Value, Failure: Error>(
    _ step: Step, _ body: () throws(Failure) -> Value
  ) throws(Failure) -> Value {
    let start = ContinuousClock.now
    defer { add(step, start.duration(to: .now)) }
    return try body()
  }

  public func add(_ step: Step, _ duration: Duration, count: Int = 1) {
    totals.withLock { totals in
      totals[step, default: Total()].duration += duration
      totals[step, default: Total()].count += count
    }
  }

  public var snapshot: [Step: Total] { totals.withLock { $0 } }
}

extension Duration {
  var inSeconds: Double { self / .seconds(1) }
}
