import Dispatch

/// Calls back twice a second for as long as it is kept.
///
/// Unchecked because a dispatch source carries no mark; it is made here, and only ever cancelled, which any thread may.
final class Ticker: @unchecked Sendable {
  private let source: any DispatchSourceTimer

  init(_ tick: @escaping @Sendable () -> Void) {
    source = DispatchSource.makeTimerSource(queue: DispatchQueue(label: "synoptic.ticker"))
    source.schedule(deadline: .now() + .milliseconds(500), repeating: .milliseconds(500))
    source.setEventHandler(handler: tick)
    source.resume()
  }

  deinit { source.cancel() }
}
