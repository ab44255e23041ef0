import Foundation
import Network
import Testing

@testable import Quantization

@Suite("A stored network with absurd numbers in it")
struct HostileNetworkTests {
  private static let absurd: [Int] = [
    -1, 0, 1, 2, 3, 5, 16, 255, 1 << 12, 1 << 31, 1 << 62, -(1 << 62), .max, .min,
  ]
  private static let rounds = 1500
  /// What is allowed but large is not run here.
  private static let largestArena = 32 << 20

  @Test(
    "is refused or runs: it never ends the program",
    arguments: SmallGraph.withFloatParts + SmallGraph.all)
  func mutated(small: SmallGraph) throws {
    let network = try small.quantized()
    let original = try JSONSerialization.jsonObject(with: JSONEncoder().encode(network.structure))
    var random = SeededGenerator(state: 7)
    var refused = 0
    for _ in 0..<Self.rounds {
      var leaf = Int(random.next() % UInt64(Self.numbers(in: original)))
      let value = Self.absurd[Int(random.next() % UInt64(Self.absurd.count))]
      let mutated = Self.replaced(original, &leaf, by: value)
      guard let bytes = try? JSONSerialization.data(withJSONObject: mutated),
        let structure = try? JSONDecoder().decode(QuantizedNetwork.Structure.self, from: bytes)
      else { continue }
      let hostile = QuantizedNetwork(structure: structure, data: network.data)
      do {
        try hostile.validate()
        let plan = try CompiledPlan(hostile)
        guard plan.arenaSize <= Self.largestArena else { continue }
        let executor = PlanExecutor(plan)
        try executor.run(tensor: small.images[0].floats)
        _ = executor.output(0)
      } catch {
        refused += 1
      }
    }
    #expect(refused > 0)
  }

  private static func numbers(in json: Any) -> Int {
    switch json {
    case let object as [String: Any]: object.values.reduce(0) { $0 + numbers(in: $1) }
    case let array as [Any]: array.reduce(0) { $0 + numbers(in: $1) }
    case is NSNumber: 1
    default: 0
    }
  }

  /// With number `leaf`, in the order of sorted keys, replaced.
  private static func replaced(_ json: Any, _ leaf: inout Int, by value: Int) -> Any {
    switch json {
    case let object as [String: Any]:
      var result = object
      for key in object.keys.sorted() { result[key] = replaced(object[key] ?? 0, &leaf, by: value) }
      return result
    case let array as [Any]:
      return array.map { replaced($0, &leaf, by: value) }
    case is NSNumber:
      leaf -= 1
      return leaf == -1 ? value : json
    default: return json
    }
  }
}
