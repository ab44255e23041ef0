import Dispatch
import Foundation
import Pipeline

/// The first SIGINT, SIGTERM or SIGHUP asks the run to finish the batches in hand and commit; the second ends
/// the process at once with 128 + the signal's number, as a shell would report it. Either way the store is whole.
final class Interrupts {
  private let sources: [any DispatchSourceSignal]

  init(control: RunControl, announce: @escaping @Sendable (String) -> Void) {
    let queue = DispatchQueue(label: "synoptic.interrupts")
    sources = [SIGINT, SIGTERM, SIGHUP].map { number in
      // A signal that is not ignored would end the process before the source hears of it.
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
      source.setEventHandler {
        if control.isStopRequested { _exit(128 + number) }
        control.requestStop()
        announce("stopping after the batches in hand; once more stops at once, and nothing committed is lost")
      }
      source.resume()
      return source
    }
  }

  func stopListening() {
    for source in sources { source.cancel() }
  }
}
