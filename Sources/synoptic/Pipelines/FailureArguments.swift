import ArgumentParser
import GRDB
import Pipeline

/// Which failed items `status`, `retry` and `forgive` mean.
struct FailureArguments: ParsableArguments {
  @Option(help: "Only the failed items of this stage.")
  var stage: String?

  @Option(
    name: .customLong("class"), help: ArgumentHelp("Only those of this error class.", valueName: "class"))
  var errorClass: String?

  @Option(help: ArgumentHelp("Only this item: its path, or the end of it.", valueName: "path"))
  var item: String?

  var isGiven: Bool { stage != nil || errorClass != nil || item != nil }

  func selection(_ standing: FailureSelection.Standing) -> FailureSelection {
    FailureSelection(stage: stage, errorClass: errorClass, item: item, standing: standing)
  }

  /// That nothing is meant is a mistake where something in particular was asked for.
  ///
  /// - Throws: `UsageError` with what there is.
  func refuse(_ db: Database) throws {
    guard isGiven else { return }
    let asked = [
      stage.map { "stage \($0)" }, errorClass.map { "class \($0)" }, item.map { "item \($0)" },
    ].compactMap(\.self).joined(separator: ", ")
    let classes = try JobState.failureClasses(db, stage: stage)
    let there =
      classes.isEmpty
      ? "nothing stands failed"
      : "there stand failed "
        + classes.map { "\(Quantities.count($0.count)) \($0.errorClass)" }.joined(separator: ", ")
    throw UsageError("no failed item is of \(asked): \(there)")
  }
}
