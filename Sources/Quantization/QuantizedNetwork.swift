import CKernels
import Network

/// A network in int8: portable, independent of the machine that runs it.
///
/// It is made from a float graph and a calibration, kept as bytes (`serialized`), and turned into a `CompiledPlan`
/// for the machine at hand.
public struct QuantizedNetwork: Sendable {
  var structure: Structure
  /// Weights, scales and biases, at the spans the structure names. Little-endian.
  var data: NetworkBytes
  /// Where the network comes from a compiled file.
  var packed: PackedSection?

  struct Structure: Sendable, Codable {
    var name: String
    var input: Int
    var outputs: [Int]
    var values: [QuantizedValue]
    var operations: [QuantizedOperation]
    /// Other names of values: a flattened tensor holds the same elements in the same order.
    var aliases: [String: Int]
    /// The integers of the model that this network was in int8 already: results are then rounded as ONNX Runtime rounds
    /// them. nil for a network that was quantised here.
    var givenIntegers: GivenIntegers?
    /// How an image becomes the input, in the words of whoever had the network quantised; nothing is read from it here.
    var preprocessing: String?

    /// The operations that some values need, in order.
    func operations(neededFor kept: Set<Int>) -> [QuantizedOperation] {
      var needed = kept
      let last: [QuantizedOperation] = operations.reversed().filter { operation in
        guard operation.outputs.contains(where: needed.contains) else { return false }
        needed.formUnion(operation.inputs)
        return true
      }
      return last.reversed()
    }
  }

  public var name: String { structure.name }
  public var input: QuantizedValue { structure.values[structure.input] }
  /// How an image becomes the input, in the words of whoever had the network quantised; kept with it, and not read here.
  public var preprocessing: String? {
    get { structure.preprocessing }
    set { structure.preprocessing = newValue }
  }
  /// The names of the network's own outputs.
  public var outputs: [String] { structure.outputs.map { structure.values[$0].name } }

  /// The names of all values that can be asked for, in the order they are computed.
  public var layers: [String] {
    [structure.values[structure.input].name]
      + structure.operations.flatMap { operation -> [String] in
        if case .quantize = operation { return [] }
        return operation.outputs.map { structure.values[$0].name }
      }
  }

  /// The elements of a value for one image.
  public func elementCount(of layer: String) throws(QuantizationError) -> Int {
    structure.values[try index(of: layer)].shape.count
  }

  /// The name of the value that a name stands for.
  public func layerName(of layer: String) throws(QuantizationError) -> String {
    structure.values[try index(of: layer)].name
  }

  func index(of layer: String) throws(QuantizationError) -> Int {
    if let index = structure.values.firstIndex(where: { $0.name == layer }) ?? structure.aliases[layer] {
      return index
    }
    throw .unknownLayer(name: layer, available: layers)
  }

  func int8s(_ span: DataSpan) -> [Int8] {
    data.withUnsafeBytes { bytes in
      Array(
        UnsafeRawBufferPointer(rebasing: bytes[span.offset..<span.offset + span.count]).bindMemory(
          to: Int8.self))
    }
  }

  /// Lends signed bytes in place.
  func withInt8s<Result>(_ span: DataSpan, _ body: (UnsafePointer<Int8>) -> Result) -> Result? {
    data.withUnsafeBytes { bytes in
      bytes.baseAddress.map { body(($0 + span.offset).assumingMemoryBound(to: Int8.self)) }
    }
  }

  /// Sums of a convolution's positive weights by output channel, then of its negative ones.
  func weightSums(_ span: DataSpan, channels: Int, perChannel: Int) -> [Int32] {
    var sums = [Int32](repeating: 0, count: 2 * channels)
    _ = withInt8s(span) { weights in
      synoptic_int8_weight_sums(weights, UInt32(channels), perChannel, &sums)
    }
    return sums
  }

  func int32s(_ span: DataSpan) -> [Int32] { elements(span) { Int32(littleEndian: $0) } }

  func int64s(_ span: DataSpan) -> [Int64] { elements(span) { Int64(littleEndian: $0) } }

  func floats(_ span: DataSpan) -> [Float] { elements(span) { Float(bitPattern: UInt32(littleEndian: $0)) } }

  private func elements<Raw: BitwiseCopyable, Value>(_ span: DataSpan, _ convert: (Raw) -> Value) -> [Value] {
    data.withUnsafeBytes { bytes in
      stride(from: span.offset, to: span.offset + span.count, by: MemoryLayout<Raw>.stride).map {
        convert(bytes.loadUnaligned(fromByteOffset: $0, as: Raw.self))
      }
    }
  }
}

/// The data section while a network is being made.
struct DataSection {
  private(set) var bytes: [UInt8] = []

  /// Takes off all but the first `count` bytes.
  mutating func truncate(to count: Int) { bytes.removeLast(max(0, bytes.count - count)) }

  mutating func append(_ values: [Int8]) -> DataSpan {
    let span = DataSpan(offset: bytes.count, count: values.count)
    values.withUnsafeBytes { bytes.append(contentsOf: $0) }
    return span
  }

  mutating func append(_ values: [UInt8]) -> DataSpan {
    let span = DataSpan(offset: bytes.count, count: values.count)
    bytes.append(contentsOf: values)
    return span
  }

  mutating func append(_ values: [Int32]) -> DataSpan {
    append(values.flatMap { value in withUnsafeBytes(of: value.littleEndian) { Array($0) } })
  }

  mutating func append(_ values: [Int64]) -> DataSpan {
    append(values.flatMap { value in withUnsafeBytes(of: value.littleEndian) { Array($0) } })
  }

  mutating func append(_ values: [Float]) -> DataSpan {
    append(values.flatMap { value in withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) } })
  }
}
