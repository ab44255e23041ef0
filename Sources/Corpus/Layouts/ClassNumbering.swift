/// The numbers by which a source tells its images' classes.
public struct ClassNumbering: Sendable, Hashable {
  /// Of the first class in a list that gives no numbers itself.
  public var first: Int
  /// Whether it is the order of ILSVRC's development kit, which is the kit's own.
  public var isOfDevelopmentKit = false
  /// The list of classes that lies beside, as in the kit.
  public var list: String?
}
