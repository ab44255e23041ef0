import Network
import TestSupport
import Testing

@testable import Quantization

@Suite("A compiled int8 network")
struct CompiledNetworkFileTests {
  private let small = SmallGraph.all[0]

  private func network() throws -> QuantizedNetwork {
    let executor = try FloatExecutor(small.graph)
    var calibration = Calibration()
    for image in small.images.prefix(3) { try calibration.observe(image, through: executor) }
    return try QuantizedNetwork.quantize(small.graph, calibration: calibration)
  }

  private func compiled(_ instructionSet: InstructionSet = .best) throws -> [UInt8] {
    var bytes: [UInt8] = []
    try CompiledPlan(network(), instructionSet: instructionSet).serialize { bytes.append(contentsOf: $0) }
    return bytes
  }

  private func result(_ network: QuantizedNetwork, _ instructionSet: InstructionSet) throws -> [Float] {
    let executor = PlanExecutor(try CompiledPlan(network, instructionSet: instructionSet))
    try executor.run(tensor: small.images[5].floats)
    return executor.output(0)
  }

  @Test(
    "gives the same bits as the network it was made from, whichever kernels it was packed for",
    arguments: InstructionSet.available, InstructionSet.available)
  func sameResults(packedFor: InstructionSet, runWith: InstructionSet) throws {
    let folder = try TemporaryFolder()
    let read = try QuantizedNetwork(contentsOf: folder.write("small.plan", compiled(packedFor)))
    #expect(try result(read, runWith) == result(network(), runWith))
  }

  @Test("is used where it is mapped: none of its weights is packed again")
  func weightsAreMapped() throws {
    let folder = try TemporaryFolder()
    let read = try QuantizedNetwork(contentsOf: folder.write("small.plan", compiled()))
    let section = try #require(read.packed)
    let start = try #require(section.bytes.mappedAddress)
    let plan = try CompiledPlan(read)
    let weights = plan.weights.filter { $0.kind != .sums }
    #expect(!weights.isEmpty)
    for piece in weights {
      #expect((start..<start + section.bytes.count).contains(plan.constants[piece.constant]))
    }
  }

  @Test("with packed weights that were changed is used and not packed again: they are what the kernels read")
  func packedWeightsAreRead() throws {
    let folder = try TemporaryFolder()
    var network = try QuantizedNetwork(contentsOf: folder.write("small.plan", compiled()))
    let honest = try result(network, .best)
    // Zeros in place of every weight, behind the same directory.
    let section = try #require(network.packed)
    let zeros = try folder.write("zeros", [UInt8](repeating: 0, count: section.bytes.count))
    network.packed = PackedSection(
      directory: section.directory, bytes: NetworkBytes(try MappedFile(path: zeros)))
    #expect(try result(network, .best) != honest)
  }

  @Test("keeps the portable form: what is written from it is what it was compiled from")
  func portableForm() throws {
    let folder = try TemporaryFolder()
    let read = try QuantizedNetwork(contentsOf: folder.write("small.plan", compiled()))
    #expect(try read.serialized == network().serialized)
  }

  @Test("with any byte changed is refused", arguments: 0..<40)
  func changedByte(index: Int) throws {
    let folder = try TemporaryFolder()
    var bytes = try compiled()
    bytes[index * (bytes.count - 1) / 39] ^= 0x10
    let path = try folder.write("small.plan", bytes)
    #expect(throws: QuantizationError.self) { try QuantizedNetwork(contentsOf: path) }
  }

  @Test("that is cut short or has something behind it is refused", arguments: [0, 20, 49, 60, 5000, -1])
  func otherLength(length: Int) throws {
    let folder = try TemporaryFolder()
    let bytes = try compiled()
    let path = try folder.write("small.plan", length < 0 ? bytes + [0] : Array(bytes.prefix(length)))
    #expect(throws: QuantizationError.self) { try QuantizedNetwork(contentsOf: path) }
  }

  @Test("whose packed weights lie elsewhere or are fewer than needed leads nowhere outside the file")
  func hostileDirectory() throws {
    let folder = try TemporaryFolder()
    let network = try QuantizedNetwork(contentsOf: folder.write("small.plan", compiled()))
    let honest = try #require(network.packed)
    func written(_ change: (inout PackedSection.Piece) -> Void) throws -> String {
      var packed = honest
      for index in packed.directory.pieces.indices { change(&packed.directory.pieces[index]) }
      var bytes: [UInt8] = []
      try network.serialize(packed: packed) { bytes.append(contentsOf: $0) }
      return try folder.write("hostile.plan", bytes)
    }
    for span in [
      DataSpan(offset: -64, count: 64), DataSpan(offset: .max, count: 64), DataSpan(offset: 0, count: -1),
      DataSpan(offset: 0, count: .max),
    ] {
      let path = try written { $0.span = span }
      #expect(throws: QuantizationError.self) { try QuantizedNetwork(contentsOf: path) }
    }
    // Sizes that don't fit and places off a cache line: the portable weights are packed.
    let short = try QuantizedNetwork(contentsOf: written { $0.span.count /= 2 })
    let crooked = try QuantizedNetwork(
      contentsOf: written {
        $0.span.offset = max(0, $0.span.offset - 1)
        $0.span.count -= 1
      })
    for read in [short, crooked] { #expect(try result(read, .best) == result(network, .best)) }
  }
}
