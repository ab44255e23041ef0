import Foundation
import TestSupport
import Testing

@testable import WordNet

@Suite("Depth and similarity")
struct SimilarityTests {
  /// animal over canine and domestic animal, both over dog; the cat is only a feline.
  private let small = hierarchy(
    [
      ("animal", ["animal"]), ("canine", ["canine"]), ("pet", ["pet"]), ("tame", ["tame"]), ("dog", ["dog"]),
      ("cat", ["cat"]), ("stone", ["stone"]),
    ],
    edges: ["canine animal", "pet animal", "tame pet", "dog canine", "dog tame", "cat tame"])

  private func id(_ text: String) -> SynsetID { SynsetID(text) }

  @Test("depth is the least and the greatest number of edges to a root")
  func depth() {
    #expect(small.depth(of: id("animal")) == 0...0)
    #expect(small.depth(of: id("dog")) == 2...3)
    #expect(small.depth(of: id("nobody")) == nil)
  }

  @Test("the lowest common hypernym may be one of the two; there is none between trees")
  func lowestCommon() {
    #expect(small.lowestCommonHypernyms(of: id("dog"), and: id("cat")).texts == ["tame"])
    #expect(small.lowestCommonHypernyms(of: id("dog"), and: id("canine")).texts == ["canine"])
    #expect(small.lowestCommonHypernyms(of: id("dog"), and: id("dog")).texts == ["dog"])
    #expect(small.lowestCommonHypernyms(of: id("dog"), and: id("stone")).isEmpty)
  }

  @Test("similarity is 1 with itself, less further away, and nothing between trees")
  func similarity() {
    #expect(small.pathSimilarity(of: id("dog"), and: id("dog")) == 1)
    #expect(small.pathSimilarity(of: id("dog"), and: id("cat")) == 1.0 / 3)
    #expect(small.pathDistance(from: id("dog"), to: id("cat")) == 2)
    #expect(small.wuPalmerSimilarity(of: id("dog"), and: id("dog")) == 1)
    #expect(small.wuPalmerSimilarity(of: id("dog"), and: id("cat")) == 2.0 * 3 / (4 + 4))
    #expect(small.pathSimilarity(of: id("dog"), and: id("stone")) == nil)
    #expect(small.wuPalmerSimilarity(of: id("dog"), and: id("stone")) == nil)
  }

  @Test("60 diamonds one under another are no harder than 60 steps", .timeLimit(.minutes(1)))
  func diamonds() {
    let diamonds = diamondChain(60)
    #expect(diamonds.depth(of: id("d60")) == 120...120)
    #expect(diamonds.lowestCommonHypernyms(of: id("l59"), and: id("r59")).texts == ["d59"])
    #expect(diamonds.pathDistance(from: id("d0"), to: id("d60")) == 120)
  }
}
