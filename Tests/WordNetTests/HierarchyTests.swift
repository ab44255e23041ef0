import Testing

@testable import WordNet

@Suite("A hierarchy of synsets")
struct HierarchyTests {
  @Test("keeps the source's order of synsets, parents and children")
  func order() {
    #expect(animals.synsets.map(\.id.text) == (1...9).map { "n\($0)" })
    #expect(animals.parents(of: SynsetID("n4")).texts == ["n2", "n3"])
    #expect(animals.children(of: SynsetID("n1")).texts == ["n2", "n3", "n8"])
    #expect(animals.roots.texts == ["n1", "n5", "n7", "n9"])
    #expect(animals.edges.map { "\($0.child) \($0.parent)" }.first == "n2 n1")
    #expect(animals.edges.count == 6)
  }

  @Test("a subtree has each synset once, itself first, though two ways lead to it")
  func subtree() {
    #expect(animals.subtree(of: SynsetID("n1")).texts == ["n1", "n2", "n4", "n6", "n3", "n8"])
    #expect(animals.subtree(of: SynsetID("n6")).texts == ["n6"])
  }

  @Test("the ancestors are all hypernyms and not the synset")
  func ancestors() {
    #expect(animals.ancestors(of: SynsetID("n6")) == Set(["n4", "n2", "n3", "n1"].map { SynsetID($0) }))
    #expect(animals.ancestors(of: SynsetID("n1")).isEmpty)
  }

  @Test("a path goes from a root down, one for each way")
  func paths() {
    #expect(
      animals.hypernymPaths(of: SynsetID("n6")).map(\.texts) == [
        ["n1", "n2", "n4", "n6"], ["n1", "n3", "n4", "n6"],
      ])
    #expect(animals.hypernymPaths(of: SynsetID("n1")).map(\.texts) == [["n1"]])
  }

  @Test("a synset it does not have has nothing")
  func unknown() {
    let nobody = SynsetID("n404")
    #expect(animals.synset(nobody) == nil)
    #expect(animals.parents(of: nobody).isEmpty && animals.children(of: nobody).isEmpty)
    #expect(animals.subtree(of: nobody).isEmpty && animals.ancestors(of: nobody).isEmpty)
    #expect(animals.hypernymPaths(of: nobody).isEmpty)
  }

  @Test("repeated synsets and edges count once, and the first description stands")
  func repetition() {
    let twice = hierarchy([("a", ["one"]), ("b", []), ("a", ["two"])], edges: ["b a", "b a"])
    #expect(twice.synsets.map(\.words) == [["one"], []])
    #expect(twice.edges.count == 1)
  }

  @Test("edges to synsets that are not there are set aside")
  func danglingEdges() {
    let dangling = hierarchy([("a", [])], edges: ["a b", "c a"])
    #expect(dangling.edges.isEmpty)
    #expect(dangling.rejectedEdges.map { "\($0.child) \($0.parent)" } == ["a b", "c a"])
  }

  @Test(
    "an edge that closes a cycle is set aside and every question still has an answer",
    arguments: [
      ["a a"], ["a b", "b a"], ["b a", "c b", "d c", "b d"], ["a b", "b c", "c a", "d a", "c d"],
    ])
  func cycles(edges: [String]) {
    let names = Set(edges.flatMap { $0.split(separator: " ").map(String.init) }).sorted()
    let cyclic = hierarchy(names.map { ($0, [$0]) }, edges: edges)
    #expect(!cyclic.rejectedEdges.isEmpty)
    #expect(cyclic.edges.count + cyclic.rejectedEdges.count == edges.count)
    #expect(!cyclic.roots.isEmpty)
    for synset in cyclic.synsets {
      #expect(!cyclic.ancestors(of: synset.id).contains(synset.id))
      #expect(cyclic.subtree(of: synset.id).first == synset.id)
      #expect(!cyclic.hypernymPaths(of: synset.id).isEmpty)
    }
  }

  @Test("a chain of 200,000 hypernyms needs no call stack")
  func deepChain() {
    let count = 200_000
    let chain = Hierarchy(
      synsets: (0..<count).map { Synset(id: SynsetID("c\($0)"), words: [], gloss: "") },
      hypernyms: (1..<count).map { (SynsetID("c\($0)"), SynsetID("c\($0 - 1)")) })
    #expect(chain.subtree(of: SynsetID("c0")).count == count)
    #expect(chain.hypernymPaths(of: SynsetID("c\(count - 1)")).map(\.count) == [count])
  }

  @Test("60 diamonds one under another have 2^60 paths, of which some are given", .timeLimit(.minutes(1)))
  func diamonds() {
    let diamonds = diamondChain(60)
    #expect(diamonds.hypernymPaths(of: SynsetID("d60"), limit: 100).count == 100)
    #expect(Set(diamonds.hypernymPaths(of: SynsetID("d60"), limit: 100)).count == 100)
    #expect(diamonds.subtree(of: SynsetID("d0")).count == 181)
  }

  @Test("equality does not ask for the order of synsets and edges, but for all else")
  func equality() {
    let one = hierarchy([("a", ["x"]), ("b", ["x"]), ("c", [])], edges: ["b a", "c a"])
    #expect(one == hierarchy([("c", []), ("a", ["x"]), ("b", ["x"])], edges: ["c a", "b a"]))
    #expect(one != hierarchy([("a", ["x"]), ("b", ["x"]), ("c", [])], edges: ["b a", "c b"]))
    #expect(one != hierarchy([("a", ["x"]), ("b", ["y"]), ("c", [])], edges: ["b a", "c a"]))
    #expect(
      one
        != hierarchy(
          [("a", ["x"]), ("b", ["x"]), ("c", [])], edges: ["b a", "c a"], senses: ["x": ["b", "a"]]))
  }
}

/// d0 over l0 and r0, both over d1, and so on: the paths double at each step.
func diamondChain(_ count: Int) -> Hierarchy {
  var names = ["d0"]
  var edges: [String] = []
  for step in 0..<count {
    names += ["l\(step)", "r\(step)", "d\(step + 1)"]
    edges += ["l\(step) d\(step)", "r\(step) d\(step)", "d\(step + 1) l\(step)", "d\(step + 1) r\(step)"]
  }
  return hierarchy(names.map { ($0, []) }, edges: edges)
}
