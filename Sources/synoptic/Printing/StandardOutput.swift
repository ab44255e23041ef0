import Foundation
import Logging

/// Standard output holds data only, so that it can be piped; everything else goes to `StandardError`.
enum StandardOutput {
  /// The reader went away (`synoptic … | head`): nobody wants the rest, and nothing is wrong.
  struct Closed: Error {}

  struct Unwritable: Error, CustomStringConvertible {
    let reason: String
    var description: String { "standard output can't be written: \(reason)" }
  }

  /// - Throws: `Closed`, `Unwritable`.
  static func write(_ text: String) throws { try write(Array(text.utf8)) }

  static func write(line: String) throws { try write(line + "\n") }

  private static func write(_ bytes: [UInt8]) throws {
    guard let error = FileDescriptor.write(bytes, to: STDOUT_FILENO) else { return }
    if error == EPIPE { throw Closed() }
    throw Unwritable(reason: String(cString: strerror(error)))
  }
}

/// What a person reads while a command works. Whether it can be written never decides how a command ends.
enum StandardError {
  static let isTerminal = isatty(STDERR_FILENO) == 1 && ProcessInfo.processInfo.environment["TERM"] != "dumb"

  /// The terminal's width in columns.
  static var width: Int {
    var size = winsize()
    guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
  }

  static func write(_ text: String) { _ = FileDescriptor.write(Array(text.utf8), to: STDERR_FILENO) }

  /// A remark: `synoptic: …`.
  static func say(_ sentence: String, level: Logger.Level = .notice) {
    if LogFormat.current == .json { return LogFormat.logger.log(level: level, "\(sentence)") }
    write("synoptic: \(sentence)\n")
  }
}

private enum FileDescriptor {
  /// Writes all bytes; gives `errno` when it can't.
  static func write(_ bytes: [UInt8], to descriptor: Int32) -> Int32? {
    bytes.withUnsafeBytes { buffer -> Int32? in
      var rest = buffer[...]
      while !rest.isEmpty {
        let count = Foundation.write(
          descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
        if count > 0 {
          rest = rest.dropFirst(count)
        } else if errno == EAGAIN {
          var wanted = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
          poll(&wanted, 1, -1)
        } else if count < 0, errno != EINTR {
          return errno
        }
      }
      return nil
    }
  }
}
