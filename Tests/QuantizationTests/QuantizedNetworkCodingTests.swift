import Network
import Testing

@testable import Quantization

@Suite("A stored int8 network")
struct QuantizedNetworkCodingTests {
  private func sample() throws -> QuantizedNetwork {
    let small = SmallGraph.all[1]
    let executor = try FloatExecutor(small.graph)
    var calibration = Calibration()
    for image in small.images.prefix(3) { try calibration.observe(image, through: executor) }
    return try QuantizedNetwork.quantize(small.graph, calibration: calibration)
  }

  @Test("reads back to the same bytes and the same results")
  func roundTrip() throws {
    let network = try sample()
    let read = try QuantizedNetwork(serialized: network.serialized)
    #expect(try read.serialized == network.serialized)
    let image = SmallGraph.all[1].images[5].floats
    let outputs = try [network, read].map { network in
      let executor = PlanExecutor(try CompiledPlan(network))
      try executor.run(tensor: image)
      return executor.output(0)
    }
    #expect(outputs[0] == outputs[1])
  }

  @Test("is made of the same bytes every time, and in whatever order images were seen")
  func deterministic() throws {
    let small = SmallGraph.all[2]
    let executor = try FloatExecutor(small.graph)
    func bytes(_ images: [[Tensor]]) throws -> [UInt8] {
      var merged = Calibration()
      for part in images {
        var calibration = Calibration()
        for image in part { try calibration.observe(image, through: executor) }
        merged.merge(calibration)
      }
      return try QuantizedNetwork.quantize(small.graph, calibration: merged).serialized
    }
    let whole = try bytes([small.images])
    #expect(try bytes([Array(small.images[10...]), Array(small.images[..<10])]) == whole)
    #expect(try bytes(small.images.reversed().map { [$0] }) == whole)
  }

  @Test("that is cut short anywhere is refused", arguments: [0, 1, 13, 20, 26, 100, 5000])
  func truncated(length: Int) throws {
    let bytes = try sample().serialized
    #expect(throws: QuantizationError.self) { try QuantizedNetwork(serialized: Array(bytes.prefix(length))) }
  }

  @Test("with any byte changed is refused", arguments: 0..<40)
  func changedByte(index: Int) throws {
    var bytes = try sample().serialized
    bytes[index * (bytes.count - 1) / 39] ^= 0x10
    #expect(throws: QuantizationError.self) { try QuantizedNetwork(serialized: bytes) }
  }

  @Test("of another version says so")
  func otherVersion() throws {
    var bytes = try sample().serialized
    bytes[QuantizedNetwork.magic.count] = 9
    let error = #expect(throws: QuantizationError.self) { try QuantizedNetwork(serialized: bytes) }
    #expect(error?.description.contains("version 9") == true)
  }

  @Test(
    "of an older version is read where only orders of weights have changed, and operations come",
    arguments: [UInt32](3...8))
  func olderVersion(version: UInt32) throws {
    let current = try sample().serialized
    let end = try #require(
      current.indices.last { $0 + ChecksummedWriter.tableSize(contents: $0) == current.count })
    var older: [UInt8] = []
    var writer = ChecksummedWriter { older.append(contentsOf: $0) }
    try writer.write(QuantizedNetwork.magic)
    try withUnsafeBytes(of: version.littleEndian) { try writer.write($0) }
    try writer.write(Array(current[(QuantizedNetwork.magic.count + 4)..<end]))
    try writer.finish()
    guard QuantizedNetwork.readableVersions.contains(version) else {
      #expect(throws: QuantizationError.self) { try QuantizedNetwork(serialized: older) }
      return
    }
    #expect(try QuantizedNetwork(serialized: older).serialized == current)
  }

  @Test("whose numbers lead outside its own arrays is refused even with a right checksum")
  func hostileStructure() throws {
    let network = try sample()
    func refuses(_ change: (inout QuantizedNetwork.Structure) -> Void) throws {
      var hostile = network
      change(&hostile.structure)
      let bytes = try hostile.serialized
      #expect(throws: QuantizationError.self) { try QuantizedNetwork(serialized: bytes) }
    }
    try refuses { $0.input = 1000 }
    try refuses { $0.outputs = [-1] }
    try refuses { $0.values[0].shape.width = 1 << 40 }
    try refuses {
      $0.values[0].quantization = AffineQuantization(scale: .greatestFiniteMagnitude, zeroPoint: 999)
    }
    try refuses { $0.operations.reverse() }
    try refuses { structure in
      guard case .convolution(var convolution) = structure.operations[0] else { return }
      convolution.weights.offset = 1 << 40
      structure.operations[0] = .convolution(convolution)
    }
    try refuses { structure in
      guard case .convolution(var convolution) = structure.operations[0] else { return }
      convolution.window.strideWidth = 0
      structure.operations[0] = .convolution(convolution)
    }
    try refuses { structure in
      guard case .convolution(var convolution) = structure.operations[0] else { return }
      convolution.window.kernelHeight = 1 << 40
      convolution.window.kernelWidth = 1 << 40
      structure.operations[0] = .convolution(convolution)
    }
  }
}
