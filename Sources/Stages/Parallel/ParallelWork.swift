import Dispatch
import Synchronization

/// Work that can be cut into numbered pieces, done on several threads at once.
///
/// Threads rather than tasks: pieces compute for long and block on files, which the cooperative pool forbids.
enum ParallelWork {
  /// Calls `body` on up to `threads` threads; each takes the next number in turn until there are no more.
  ///
  /// - Parameter body: makes its own buffers, takes numbers from `next` until it gives nil, and returns what came
  ///   of them. Which numbers a thread gets is a matter of chance.
  /// - Returns: the results, in no particular order.
  /// - Throws: the first error; the other threads end after the piece in hand.
  static func run<Result: Sendable>(
    count: Int, threads: Int, _ body: @escaping @Sendable (_ next: () -> Int?) throws -> Result
  ) throws -> [Result] {
    let place = Atomic<Int>(0)
    let state = Mutex<(results: [Result], error: (any Error)?)>(([], nil))
    DispatchQueue.concurrentPerform(iterations: max(1, min(threads, count))) { _ in
      let next: () -> Int? = {
        let index = place.add(1, ordering: .relaxed).oldValue
        return index < count ? index : nil
      }
      do {
        let result = try body(next)
        state.withLock { $0.results.append(result) }
      } catch {
        place.store(count, ordering: .relaxed)
        state.withLock { if $0.error == nil { $0.error = error } }
      }
    }
    let (results, error) = state.withLock { ($0.results, $0.error) }
    if let error { throw error }
    return results
  }

  /// `transform` of every number, in their order.
  static func map<Value: Sendable>(
    count: Int, threads: Int, _ transform: @escaping @Sendable (Int) throws -> Value
  ) throws -> [Value] {
    let parts = try run(count: count, threads: threads) { next in
      var part: [(Int, Value)] = []
      while let index = next() { part.append((index, try transform(index))) }
      return part
    }
    return parts.joined().sorted { $0.0 < $1.0 }.map(\.1)
  }
}
