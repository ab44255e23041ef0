import CKernels
import Foundation
import TestSupport
import Testing

@testable import FeatureStore

@Suite("Vector encodings")
struct VectorEncodingTests {
  @Test(
    "float16 is bit for bit what NumPy makes, whatever the instruction set",
    .enabled(if: PythonPeer.isPresent, "SYNOPTIC_PYTHON names no Python with NumPy"),
    arguments: VectorKernelTests.sets)
  func numpyFloat16(set: UInt32) throws {
    let folder = try TemporaryFolder()
    var numbers = SeededNumbers(state: 5)
    // Numbers of every magnitude, halfway cases among them.
    var values = (0..<20_000).map { _ in
      Float(bitPattern: UInt32.random(in: 0...0x477f_efff, using: &numbers))
    }
    values += (0..<2_000).map { Float(Float16(bitPattern: UInt16($0 * 15))).nextUp * 1.000_488_2 }
    values += (0..<1_000).map { Float($0) * 0x1p-25 } + [65_504, 65_519, -65_519, 0, -0.0]
    values += values.map { -$0 }
    let input = folder.path("values.f32")
    try values.withUnsafeBytes { Data($0) }.write(to: URL(fileURLWithPath: input))
    let output = folder.path("values.f16")
    try PythonPeer.run(
      "import sys, numpy; numpy.fromfile(sys.argv[1], '<f4').astype('<f2').tofile(sys.argv[2])",
      [input, output])
    let expected = try [UInt8](Data(contentsOf: URL(fileURLWithPath: output)))
    #expect(VectorKernels(synoptic_instruction_set(rawValue: set)).float16(values) == expected)
  }

  @Test("int8 keeps every value within half a step, and the greatest exactly")
  func int8Error() throws {
    var numbers = SeededNumbers(state: 8)
    let values = numbers.vector(1280).map { $0 * 37 }
    let encoded = try VectorEncoding.int8.encode(values)
    let scale = try #require(encoded.scale)
    let decoded = try #require(VectorEncoding.int8.decode(encoded.bytes, scale: scale))
    for (value, back) in zip(values, decoded) { #expect(abs(value - back) <= scale * 0.500_01) }
    let greatest = try #require(values.map(\.magnitude).max())
    #expect(decoded.map(\.magnitude).max().map { abs($0 - greatest) < 1e-5 * greatest } == true)
  }

  @Test("a vector of zeros stays one", arguments: VectorEncoding.allCases)
  func zeros(encoding: VectorEncoding) throws {
    let encoded = try encoding.encode([0, 0, 0])
    #expect(encoding.decode(encoded.bytes, scale: encoded.scale) == [0, 0, 0])
  }

  @Test("values that the encoding can't hold are refused with a way out")
  func outOfRange() {
    #expect(throws: StoreError.valueOutOfRange(encoding: .float16, index: 1, value: 70_000)) {
      try VectorEncoding.float16.encode([1, 70_000])
    }
    #expect(throws: Never.self) { try VectorEncoding.int8.encode([1, 70_000]) }
    let infinite = #expect(throws: StoreError.self) { try VectorEncoding.int8.encode([.infinity]) }
    #expect(
      infinite?.description
        == "Value 0 of the vector is inf, which int8 can't hold: the network gave no number for this image.")
  }

  @Test("damaged bytes decode to nothing")
  func damaged() {
    #expect(VectorEncoding.float16.decode([1, 2, 3], scale: nil) == nil)
    #expect(VectorEncoding.int8.decode([1, 2, 3], scale: nil) == nil)
  }
}
