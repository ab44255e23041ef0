import Digest
import FeatureStore
import GRDB
import Pipeline

/// One number for all that a store holds: vectors, predictions, classes, and what failed.
public enum StoreDigest {
  /// The failures of images that are gone don't count, as the images themselves don't.
  public static func compute(_ db: Database) throws -> SHA256Digest {
    let present = try db.cachedStatement(
      sql: "SELECT min(gone) FROM image WHERE path = ?")
    let failures = try JobState.failures(db).filter { failure in
      try Bool.fetchOne(present, arguments: [failure.name]) != true
    }
    return try FeatureDigest.compute(
      failures: failures.map { FailureRow(path: $0.name, errorClass: $0.errorClass) }, in: db)
  }
}
