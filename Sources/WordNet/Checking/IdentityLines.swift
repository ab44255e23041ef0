/// Identities of one sort, with the lines where each is given and where it is first referred to.
struct IdentityLines {
  private(set) var names = ByteStrings()
  private var definitions: [Int32] = []
  private var references: [Int32] = []

  var count: Int { names.count }

  mutating func number(_ bytes: UnsafeBufferPointer<UInt8>) -> Int32 {
    let number = names.number(bytes)
    if Int(number) == definitions.count {
      definitions.append(0)
      references.append(0)
    }
    return number
  }

  /// - Returns: the line of an earlier definition.
  mutating func define(_ number: Int32, line: Int) -> Int? {
    let earlier = definitions[Int(number)]
    if earlier == 0 { definitions[Int(number)] = Int32(clamping: line) }
    return earlier == 0 ? nil : Int(earlier)
  }

  mutating func refer(_ number: Int32, line: Int) {
    if references[Int(number)] == 0 { references[Int(number)] = Int32(clamping: line) }
  }

  func isDefined(_ number: Int32) -> Bool { definitions[Int(number)] != 0 }
  func line(of number: Int32) -> Int { Int(definitions[Int(number)]) }

  /// What is referred to and given nowhere, with the first line that refers to it.
  var dangling: [(number: Int32, line: Int)] {
    (0..<Int32(count)).filter { references[Int($0)] != 0 && definitions[Int($0)] == 0 }
      .map { ($0, Int(references[Int($0)])) }
  }
}
