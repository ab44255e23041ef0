import Foundation
import TestSupport
import Testing

@testable import WordNet

@Suite("Numbers of strings")
struct StringNumbersTests {
  /// Of every length around the eight bytes that are hashed at once, some equal but for one byte or their length.
  static let strings: [String] =
    (0...40).flatMap { length in
      let text = String(repeating: "a", count: length)
      return [text, text + "b", "b" + text, text + "\0", String(text.dropLast()) + "é", text + "ɒ"]
    } + ["café", "cafe\u{301}", "Å", "A\u{30A}", "\u{212B}", "ﬁ", "fi", "한", "\u{1112}\u{1161}\u{11AB}"]

  @Test("are those of a dictionary of strings")
  func asDictionary() {
    var numbers = StringNumbers()
    var expected: [String: Int32] = [:]
    for text in Self.strings + Self.strings.reversed() {
      let next = Int32(expected.count)
      expected[text] = expected[text] ?? next
      #expect(
        numbers.find(text) == (expected[text] == next ? nil : expected[text]), "\(text.debugDescription)")
      #expect(numbers.number(text) == expected[text], "\(text.debugDescription)")
    }
    #expect(numbers.count == expected.count)
    for (text, number) in expected { #expect(numbers[number] == text && numbers.find(text) == number) }
    #expect(numbers.find("never seen") == nil)
  }

  @Test("stay the same however many come, with room for them or not", arguments: [0, 1_000_000])
  func many(room: Int) {
    var numbers = StringNumbers()
    numbers.reserveCapacity(room)
    let texts = (0..<20_000).map { "oewn-\(String($0 &* 2_654_435_761, radix: 16))-n" }
    for (number, text) in texts.enumerated() { #expect(numbers.number(text) == Int32(number)) }
    #expect(texts.indices.allSatisfy { numbers.find(texts[$0]) == Int32($0) })
  }

  @Test("of lemmas are those of the folded words")
  func lemmas() {
    let words = [
      "Dog", "dog", "DOG", "hot_dog", "hot dog", "Éclair", "éclair", "E\u{301}clair", "İ", "@[`{", "",
    ]
    var numbers = LemmaNumbers()
    var expected: [String: Int32] = [:]
    for word in words {
      let folded = LemmaIndex.fold(word)
      expected[folded] = expected[folded] ?? Int32(expected.count)
      #expect(numbers.number(word) == expected[folded] && numbers.find(word) == expected[folded], "\(word)")
    }
    for (folded, number) in expected { #expect(numbers[number] == folded) }
  }
}
