import CKernels
import Testing

@Suite("Numbers become bytes, and bytes numbers")
struct FloatLevelTests {
  private static let sets = [SYNOPTIC_SCALAR, synoptic_best_instruction_set()]
  private static let scale: Float = 0.25

  @Test(
    "halves go to the even, what is too large saturates, no number is the zero point",
    arguments: [false, true])
  func rounding(isSigned: Bool) {
    let x: [Float] = [0.125, 0.375, -0.125, 0.26, 1e30, -1e30, .infinity, -.infinity, .nan, 0, 4000, -4000]
    let zero = isSigned ? -3 : 7
    let (lower, upper) = isSigned ? (-128, 127) : (0, 255)
    let expected = [0, 2, 0, 1].map { $0 + zero } + [upper, lower, upper, lower, zero, zero, upper, lower]
    for set in Self.sets {
      // Also as many as fill vectors.
      let many = Array(repeating: x, count: 9).flatMap { $0 }
      var levels = [UInt8](repeating: 0, count: many.count)
      synoptic_float_to_levels(set, many, Self.scale, Int32(zero), isSigned, &levels, many.count)
      let values = levels.map { isSigned ? Int(Int8(bitPattern: $0)) : Int($0) }
      #expect(values == Array(repeating: expected, count: 9).flatMap { $0 })
    }
  }

  @Test("every byte and back is itself", arguments: [false, true])
  func everyByte(isSigned: Bool) {
    let bytes = (0...255).map { UInt8($0) }
    for set in Self.sets {
      for zero: Int32 in isSigned ? [-128, 0, 5, 127] : [0, 5, 128, 255] {
        var numbers = [Float](repeating: 0, count: 256)
        synoptic_levels_to_float(set, bytes, Self.scale, zero, isSigned, &numbers, 256)
        let expected = bytes.map {
          Self.scale * Float((isSigned ? Int32(Int8(bitPattern: $0)) : Int32($0)) - zero)
        }
        #expect(numbers == expected)
        var back = [UInt8](repeating: 0, count: 256)
        synoptic_float_to_levels(set, numbers, Self.scale, zero, isSigned, &back, 256)
        #expect(back == bytes)
      }
    }
  }
}
