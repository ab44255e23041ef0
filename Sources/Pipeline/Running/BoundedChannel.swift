/// Hands elements from several producers to several consumers, holding at most `capacity` of them: who is
/// ahead waits, so that memory stays flat however slow the other side is.
actor BoundedChannel<Element: Sendable> {
  private let capacity: Int
  private var producers: Int
  private var elements: [Element] = []
  private var isAborted = false
  private var waitingToSend: [CheckedContinuation<Void, Never>] = []
  private var waitingToReceive: [CheckedContinuation<Void, Never>] = []

  /// - Parameter producers: how many times `finish` is called before the channel counts as closed.
  init(capacity: Int, producers: Int) {
    self.capacity = max(1, capacity)
    self.producers = producers
  }

  /// - Returns: false when nobody will take it.
  func send(_ element: Element) async -> Bool {
    while elements.count >= capacity && !isAborted {
      await withCheckedContinuation { waitingToSend.append($0) }
    }
    if isAborted { return false }
    elements.append(element)
    wakeReceivers()
    return true
  }

  /// - Returns: nil when there will be no more.
  func receive() async -> Element? {
    guard await somethingArrived() else { return nil }
    let element = elements.removeFirst()
    wakeSenders()
    return element
  }

  /// All that is there, waiting for the first.
  ///
  /// - Returns: nil when there will be no more.
  func receiveAll() async -> [Element]? {
    guard await somethingArrived() else { return nil }
    let all = elements
    elements.removeAll(keepingCapacity: true)
    wakeSenders()
    return all
  }

  /// One producer is done.
  func finish() {
    producers -= 1
    if producers <= 0 { wakeReceivers() }
  }

  /// Ends it for all: what is inside is dropped, nobody waits any more.
  func abort() {
    isAborted = true
    elements.removeAll()
    wakeSenders()
    wakeReceivers()
  }

  private func somethingArrived() async -> Bool {
    while elements.isEmpty && producers > 0 && !isAborted {
      await withCheckedContinuation { waitingToReceive.append($0) }
    }
    return !elements.isEmpty
  }

  private func wakeSenders() {
    let woken = waitingToSend
    waitingToSend.removeAll()
    for continuation in woken { continuation.resume() }
  }

  private func wakeReceivers() {
    let woken = waitingToReceive
    waitingToReceive.removeAll()
    for continuation in woken { continuation.resume() }
  }
}
