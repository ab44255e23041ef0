import Synchronization

/// A worker that never takes for ever: what takes longer than one item may is done again item by item, each with
/// the same bound, and the item that exceeds it has failed.
///
/// A thread that hangs in a decoder can't be ended from outside. It is left to itself, with all that it owns, and
/// another takes its place.
struct TimedWorker<S: ItemStage> {
  typealias Outcomes = [ItemOutcome<S.Worker.Output>]

  private let make: @Sendable () -> WorkerSeat<S>
  private let bound: Duration
  private let watch: HangWatch
  private var seat: WorkerSeat<S>

  init(
    _ stage: S, _ prepared: S.Prepared, _ context: StageContext, name: String, watch: HangWatch
  ) {
    make = { WorkerSeat(stage, prepared, context, name: name) }
    bound = context.limits.itemTime
    self.watch = watch
    seat = make()
  }

  /// Lets the thread end.
  func finish() { seat.leave() }

  /// - Throws: what the worker threw; `RunError.tooManyHang`.
  mutating func process(_ batch: [WorkItem]) async throws -> Outcomes {
    let patience = watch.batchesAreSlow ? bound * batch.count : bound
    if let outcomes = try await seat.process(batch, within: patience) { return outcomes }
    try replaceSeat()
    if batch.count == 1 { return [timeout(of: batch[0])] }
    var outcomes: Outcomes = []
    var anyHung = false
    for item in batch {
      if let one = try await seat.process([item], within: bound) {
        outcomes += one
      } else {
        anyHung = true
        outcomes.append(timeout(of: item))
        try replaceSeat()
      }
    }
    // The batch was slow as a whole, and nothing in it hung.
    if !anyHung { watch.noteSlowBatch() }
    return outcomes
  }

  private func timeout(of item: WorkItem) -> ItemOutcome<S.Worker.Output> {
    .failed(
      item, errorClass: "timeout",
      message: "it took longer than the \(bound.components.seconds) s that max_seconds allows an item")
  }

  private mutating func replaceSeat() throws {
    seat.leave()
    try watch.noteAbandonedThread()
    seat = make()
  }
}

/// What the workers of a stage learn together of items that take long.
final class HangWatch: Sendable {
  private static let mostAbandonedThreads = 32

  private let stage: String
  private let abandoned = Atomic<Int>(0)
  private let slow = Atomic<Bool>(false)

  init(stage: String) { self.stage = stage }

  /// Whether a batch once took longer than an item may, though each of its items did not.
  var batchesAreSlow: Bool { slow.load(ordering: .relaxed) }

  func noteSlowBatch() { slow.store(true, ordering: .relaxed) }

  /// - Throws: `RunError.tooManyHang` when so many threads hang that a new process is better.
  func noteAbandonedThread() throws {
    let count = abandoned.add(1, ordering: .relaxed).newValue
    if count > Self.mostAbandonedThreads { throw RunError.tooManyHang(stage: stage, threads: count) }
  }
}

/// A worker on a thread of its own, which takes a batch at a time.
private final class WorkerSeat<S: ItemStage>: Sendable {
  typealias Outcomes = [ItemOutcome<S.Worker.Output>]

  private struct Request: Sendable {
    let batch: [WorkItem]
    let answer: Answer<Result<Outcomes, any Error>?>
  }

  private let requests: AsyncStream<Request>.Continuation

  init(_ stage: S, _ prepared: S.Prepared, _ context: StageContext, name: String) {
    let (stream, requests) = AsyncStream.makeStream(of: Request.self)
    self.requests = requests
    // Not a child task: a run must be able to end while this one hangs.
    Task(executorPreference: WorkerThread(name)) {
      var worker: S.Worker?
      for await request in stream {
        do {
          var current = try worker ?? stage.makeWorker(prepared, context)
          worker = nil
          let outcomes = try await current.process(request.batch)
          worker = current
          request.answer.give(.success(outcomes))
        } catch {
          request.answer.give(.failure(error))
        }
      }
    }
  }

  /// - Returns: nil when it took too long; the seat is of no use then.
  /// - Throws: what the worker threw.
  func process(_ batch: [WorkItem], within patience: Duration) async throws -> Outcomes? {
    let answer = Answer<Result<Outcomes, any Error>?>()
    // Time in which the machine sleeps is no item's fault.
    let alarm = Task {
      try await Task.sleep(for: patience, clock: SuspendingClock())
      answer.give(nil)
    }
    defer { alarm.cancel() }
    requests.yield(Request(batch: batch, answer: answer))
    return try await answer.value()?.get()
  }

  func leave() { requests.finish() }
}

/// The first value given; later ones are dropped.
private final class Answer<Value: Sendable>: Sendable {
  private enum State {
    case open
    case awaited(CheckedContinuation<Value, Never>)
    case given(Value)
    case taken
  }

  private let state = Mutex(State.open)

  func give(_ value: Value) {
    let waiting: CheckedContinuation<Value, Never>? = state.withLock { state in
      switch state {
      case .open:
        state = .given(value)
        return nil
      case .awaited(let continuation):
        state = .taken
        return continuation
      case .given, .taken: return nil
      }
    }
    waiting?.resume(returning: value)
  }

  /// To be asked for once.
  func value() async -> Value {
    await withCheckedContinuation { continuation in
      let given: Value? = state.withLock { state in
        guard case .given(let value) = state else {
          state = .awaited(continuation)
          return nil
        }
        state = .taken
        return .some(value)
      }
      if let given { continuation.resume(returning: given) }
    }
  }
}
