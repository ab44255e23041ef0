import Foundation
import Synchronization

/// One runner a store: an advisory lock (`flock`) on `STORE.lock`, which the system itself gives back when
/// its holder ends, however it ends. The file stays; only the lock on it means anything.
///
///     let lock = try StoreLock.acquire(for: "quickstart.sqlite")
///     defer { lock.release() }
public final class StoreLock: Sendable {
  public let path: String
  private let descriptor: Int32
  private let isReleased = Atomic<Bool>(false)

  private init(path: String, descriptor: Int32) {
    self.path = path
    self.descriptor = descriptor
  }

  deinit { release() }

  /// - Throws: `StoreLockError.held` when another process, or another part of this one, runs on the store.
  public static func acquire(for store: String) throws(StoreLockError) -> StoreLock {
    let path = realPath(of: store) + ".lock"
    while true {
      let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
      guard descriptor >= 0 else {
        throw .unusable(path: path, reason: String(cString: strerror(errno)))
      }
      while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
        if errno == EINTR { continue }
        let reason = errno
        defer { close(descriptor) }
        guard reason == EWOULDBLOCK else {
          throw .unusable(path: path, reason: String(cString: strerror(reason)))
        }
        throw .held(store: store, by: Holder.read(from: path))
      }
      // Someone may have deleted the file between opening and locking: a lock on what has no name locks nothing.
      guard isSameFile(descriptor, path) else {
        close(descriptor)
        continue
      }
      Holder.current.write(to: descriptor)
      return StoreLock(path: path, descriptor: descriptor)
    }
  }

  /// Waits for the holder to end, where there is one.
  ///
  /// - Parameter announce: told once who is waited for; nil where the lock file doesn't tell.
  /// - Throws: `StoreLockError`; `CancellationError`.
  public static func acquireWhenFree(
    for store: String, announce: (Holder?) -> Void = { _ in }
  ) async throws -> StoreLock {
    var hasAnnounced = false
    while true {
      do {
        return try acquire(for: store)
      } catch {
        guard case .held(_, let holder) = error else { throw error }
        if !hasAnnounced { announce(holder) }
        hasAnnounced = true
      }
      try await Task.sleep(for: .milliseconds(200))
    }
  }

  /// A store reached by a link has the same lock as by its own name.
  private static func realPath(of store: String) -> String {
    guard let resolved = realpath(store, nil) else { return store }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  private static func isSameFile(_ descriptor: Int32, _ path: String) -> Bool {
    var (opened, named) = (stat(), stat())
    return fstat(descriptor, &opened) == 0 && stat(path, &named) == 0 && opened.st_ino == named.st_ino
      && opened.st_dev == named.st_dev
  }

  /// Gives the lock back; more than once does no harm.
  public func release() {
    guard !isReleased.exchange(true, ordering: .acquiringAndReleasing) else { return }
    ftruncate(descriptor, 0)
    flock(descriptor, LOCK_UN)
    close(descriptor)
  }
}

extension StoreLock {
  /// Who has a store.
  public struct Holder: Sendable, Hashable, Codable, CustomStringConvertible {
    public var process: Int32
    public var host: String
    /// ISO 8601.
    public var since: String

    public var description: String { "process \(process) on \(host) since \(since)" }

    static var current: Holder {
      Holder(
        process: getpid(), host: hostName(),
        since: Date().ISO8601Format())
    }

    /// Without asking the network for it, as Foundation does.
    private static func hostName() -> String {
      var bytes = [CChar](repeating: 0, count: 256)
      guard gethostname(&bytes, bytes.count - 1) == 0 else { return "unknown host" }
      return String(decoding: bytes.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    static func read(from path: String) -> Holder? {
      (try? Data(contentsOf: URL(fileURLWithPath: path)))
        .flatMap { try? JSONDecoder().decode(Holder.self, from: $0) }
    }

    func write(to descriptor: Int32) {
      guard let data = try? JSONEncoder().encode(self) else { return }
      ftruncate(descriptor, 0)
      // Only a courtesy to who is refused; the lock holds without it.
      _ = data.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
    }
  }
}

public enum StoreLockError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The holder is nil when the lock file doesn't tell.
  case held(store: String, by: StoreLock.Holder?)
  case unusable(path: String, reason: String)

  public var description: String {
    switch self {
    case .held(let store, let holder?):
      "\(store) is in use by \(holder); "
        + "wait for it with --wait, or stop it (it finishes its batch and can be gone on with)"
    case .held(let store, nil):
      "\(store) is in use by another process; wait for it with --wait"
    case .unusable(let path, let reason):
      "the lock file \(path) can't be used (\(reason)); check that the store's folder exists and is writable"
    }
  }
}
