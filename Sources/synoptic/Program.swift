import ArgumentParser
import Foundation

@main
enum Program {
  static func main() async {
    // A reader that goes away must not kill a run that has hours of work in hand; see `StandardOutput.Closed`.
    signal(SIGPIPE, SIG_IGN)
    do {
      var command = try await Synoptic.asyncParseAsRoot()
      if var command = command as? any AsyncParsableCommand {
        try await command.run()
      } else {
        try command.run()
      }
    } catch {
      exit(CommandEnding.report(error))
    }
  }
}
