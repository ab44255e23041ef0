import CKernels
import Testing

@testable import FeatureStore

@Suite("Kernels over stored vectors")
struct VectorKernelTests {
  static let sets = [SYNOPTIC_SCALAR, SYNOPTIC_AVX2, SYNOPTIC_AVX512VNNI].filter(synoptic_has_instruction_set)
    .map(\.rawValue)
  static let counts = [1, 7, 8, 15, 16, 31, 32, 33, 63, 64, 65, 100, 1280, 4096]

  @Test("a dot product and a norm equal a double-precision sum within 1e-6", arguments: sets, counts)
  func dotAndNorm(set: UInt32, count: Int) throws {
    let kernels = VectorKernels(synoptic_instruction_set(rawValue: set))
    var numbers = SeededNumbers(state: UInt64(count))
    let query = numbers.vector(count)
    let values = numbers.vector(count)
    for encoding in VectorEncoding.allCases {
      let encoded = try encoding.encode(values)
      let row = try #require(encoding.decode(encoded.bytes, scale: encoded.scale.map { _ in 1 }))
      let dot = zip(query, row).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
      let norm = row.reduce(0.0) { $0 + Double($1) * Double($1) }
      let magnitude = zip(query, row).reduce(0.0) { $0 + Double(($1.0 * $1.1).magnitude) }
      // One byte before the row, so that it lies at an odd address.
      let (sums, alone) = ([0] + encoded.bytes).withUnsafeBytes { bytes in
        query.withUnsafeBufferPointer { query in
          let row = UnsafeRawBufferPointer(rebasing: bytes.dropFirst())
          return (kernels.dotAndNorm(query, row, encoding), kernels.dot(query, row, encoding))
        }
      }
      let found = try #require(sums)
      #expect(abs(Double(found.dot) - dot) <= 1e-6 * magnitude)
      #expect(abs(Double(found.squaredNorm) - norm) <= 1e-6 * norm)
      #expect(alone == found.dot)
    }
  }

  @Test("int8 with int8 is exact, at the extremes and beyond 32 bits", arguments: sets, counts + [600_000])
  func exactIntegers(set: UInt32, count: Int) {
    let kernels = VectorKernels(synoptic_instruction_set(rawValue: set))
    var numbers = SeededNumbers(state: UInt64(count))
    let left = (0..<count).map { _ in Int8.random(in: -127...127, using: &numbers) }
    let right = (0..<count).map { _ in Int8.random(in: -127...127, using: &numbers) }
    #expect(kernels.dot(left, right) == zip(left, right).reduce(0) { $0 + Int64($1.0) * Int64($1.1) })
    let extreme = [Int8](repeating: -127, count: count)
    #expect(kernels.dot(extreme, extreme) == 127 * 127 * Int64(count))
  }

  @Test("every float16 becomes the float that Swift's own Float16 says, and goes back", arguments: sets)
  func everyHalf(set: UInt32) {
    let kernels = VectorKernels(synoptic_instruction_set(rawValue: set))
    let patterns = (0...UInt16.max).filter { !Float16(bitPattern: $0).isNaN }
    let bytes = patterns.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] }
    let floats = bytes.withUnsafeBytes { kernels.floats(fromFloat16: $0) }
    #expect(floats == patterns.map { Float(Float16(bitPattern: $0)) })
    #expect(kernels.float16(floats) == bytes)
  }

  @Test("a row of another length than the query is refused")
  func wrongLength() {
    let row = [UInt8](repeating: 0, count: 7)
    let query = [Float](repeating: 0, count: 4)
    query.withUnsafeBufferPointer { query in
      row.withUnsafeBytes { row in
        #expect(VectorKernels.best.dotAndNorm(query, row, .float16) == nil)
        #expect(VectorKernels.best.dot(query, row, .int8) == nil)
      }
    }
  }
}
