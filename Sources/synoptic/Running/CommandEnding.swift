import ArgumentParser
import Corpus
import FeatureStore
import Foundation
import GRDB
import Network
import Pipeline
import Quantization
import Stages
import WordNet

/// How a command ends: what it says on standard error, and its exit status.
///
/// The statuses are the ones `synoptic --help` lists. 64 (`EX_USAGE` of sysexits.h) means that what was typed,
/// or the pipeline file, has to change; 1 that the same command may succeed once something else has changed.
enum CommandEnding {
  /// Says what went wrong, or prints the help that was asked for, and gives the exit status.
  static func report(_ error: any Error) -> Int32 {
    if let code = error as? ExitCode { return code.rawValue }
    return status(of: error).rawValue
  }

  private static func status(of error: any Error) -> ExitStatus {
    if error is StandardOutput.Closed { return .done }
    let code = Synoptic.exitCode(for: error)
    if code == .success { return printHelp(Synoptic.fullMessage(for: error)) }
    if code == .validationFailure {
      let message = Synoptic.message(for: error)
      let full = Synoptic.fullMessage(for: error)
      let usage = full.range(of: "Usage:").map { "\n" + full[$0.lowerBound...] } ?? ""
      StandardError.say(message.isEmpty ? "wrong usage" : message)
      StandardError.write(String(usage.dropFirst(usage.isEmpty ? 0 : 1)) + (usage.isEmpty ? "" : "\n"))
      return .usage
    }
    for sentence in sentences(of: error) { StandardError.say(sentence, level: .error) }
    return isWrongUsage(error) ? .usage : .unfinished
  }

  private static func printHelp(_ text: String) -> ExitStatus {
    do {
      try StandardOutput.write(text.hasSuffix("\n") ? text : text + "\n")
      return .done
    } catch { return status(of: error) }
  }

  /// One for each thing that is wrong; never the dump of a system's error object.
  static func sentences(of error: any Error) -> [String] {
    switch error {
    case let error as PipelineError: error.problems.map(\.description)
    case let error as DatabaseError:
      [
        "the store can't be used: \(error.message ?? "SQLite error \(error.resultCode.rawValue)"); "
          + "`synoptic check` says more"
      ]
    case is CancellationError: ["stopped before the end"]
    case let error as CocoaError: [describe(error)]
    case let error as any LocalizedError: [error.errorDescription ?? error.localizedDescription]
    case let error as any CustomStringConvertible where type(of: error) != NSError.self: [error.description]
    default: [(error as NSError).localizedDescription]
    }
  }

  private static func describe(_ error: CocoaError) -> String {
    let underlying = (error.userInfo[NSUnderlyingErrorKey] as? POSIXError).map {
      String(cString: strerror($0.code.rawValue))
    }
    let reason = underlying ?? error.localizedDescription
    guard let path = error.filePath ?? error.url?.path else { return reason }
    return "\(path): \(reason)"
  }

  private static func isWrongUsage(_ error: any Error) -> Bool {
    switch error {
    case is UsageError, is PipelineError, is StatedRecipeError, is KeptRecipeError, is SynsetNameError,
      is JobStateError:
      true
    case let error as RunHistoryError:
      if case .unknownRun = error { true } else { false }
    case let error as StoreFileError:
      switch error {
      case .missing, .isFolder, .notSQLite, .notAStore: true
      default: false
      }
    case let error as NetworkFileError:
      switch error {
      case .inputShape, .invalidCount, .needsModel: true
      default: false
      }
    case let error as NetworkVerificationError:
      if case .noImages = error { false } else { true }
    case let error as CorpusError:
      switch error {
      case .missing, .notAFile, .unknownKind: true
      default: false
      }
    case let error as StoreError:
      switch error {
      case .unknownSpace, .ambiguousSpace, .ambiguousImage, .invalidCount: true
      case .unknownImage(_, let count): count > 0
      default: false
      }
    case let error as NetworkError:
      switch error {
      case .unknownLayer, .fusedLayer: true
      default: false
      }
    case let error as QuantizationError:
      if case .unknownLayer = error { true } else { false }
    default: false
    }
  }
}

/// Something typed on the command line that can't be meant.
struct UsageError: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}
