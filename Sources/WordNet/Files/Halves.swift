import Dispatch

/// Work that two processors can share.
enum Halves {
  /// Both results, worked out at the same time.
  static func both<First, Second>(_ first: () -> First, _ second: () -> Second) -> (First, Second) {
    withoutActuallyEscaping(first) { first in
      withoutActuallyEscaping(second) { second in
        nonisolated(unsafe) var results: (first: First?, second: Second?)
        nonisolated(unsafe) let work = (first, second)
        DispatchQueue.concurrentPerform(iterations: 2) { number in
          if number == 0 { results.first = work.0() } else { results.second = work.1() }
        }
        // Both have run: `concurrentPerform` returns after that.
        return (results.first ?? first(), results.second ?? second())
      }
    }
  }

  /// As `map`, with a half of the elements on each processor.
  static func map<Element, Result>(
    _ elements: [Element], _ transform: (Element) -> Result
  ) -> [Result] {
    [Result](unsafeUninitializedCapacity: elements.count) { results, count in
      nonisolated(unsafe) let results = results
      let middle = elements.count / 2
      func fill(_ range: Range<Int>) {
        for index in range { results.initializeElement(at: index, to: transform(elements[index])) }
      }
      _ = both({ fill(0..<middle) }, { fill(middle..<elements.count) })
      count = elements.count
    }
  }
}
