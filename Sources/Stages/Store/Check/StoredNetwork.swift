import Quantization

/// Whether the bytes of a stored network are still those that were written.
enum StoredNetwork {
  /// - Throws: what reading them throws; those of an int8 network carry check values.
  static func check(_ plan: [UInt8], recipe json: String) throws {
    if QuantizedNetwork.isSerialized(plan) {
      _ = try QuantizedNetwork(serialized: plan)
    } else {
      _ = try ModelBytes.graph(plan, recipe: NetworkInterface(json: json).recipe)
    }
  }
}
