extension Graph {
  public static func load(onnx path: String) throws(NetworkError) -> Graph { throw .invalidGraph(reason: "") }
  public func simplified() throws(NetworkError) -> Graph { throw .invalidGraph(reason: "") }
  public func shapes(batch: Int) throws(NetworkError) -> [String: [Int]] { [:] }
  public func layers() throws(NetworkError) -> [Layer] { [] }
  public func resolveLayer(_ name: String) throws(NetworkError) -> String { name }
}
public struct Layer: Sendable, Equatable {
  public var name: String
  public var kind: String
  public var shape: [Int]
  public var multiplyAccumulates: Int
  public var parameters: Int
}
