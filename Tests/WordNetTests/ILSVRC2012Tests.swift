import Foundation
import TestSupport
import Testing

@testable import WordNet

@Suite("The classes of ILSVRC-2012")
struct ILSVRC2012Tests {
  @Test("are 1,000 different wnids, in the order of the published list")
  func count() {
    #expect(ILSVRC2012.wnids.count == 1_000)
    #expect(Set(ILSVRC2012.wnids).count == 1_000)
    #expect(ILSVRC2012.wnids.first == "n01440764")
    #expect(ILSVRC2012.wnids[207] == "n02099601", "class 207 is the golden retriever")
    #expect(ILSVRC2012.wnids.last == "n15075141")
  }

  @Test(
    "are those of the list beside the sample images",
    .enabled(if: SharedData.isPresent, "needs the shared sample data"))
  func sameAsList() throws {
    let list = SharedData.folder.appendingPathComponent("data/ilsvrc2012-wnids.txt")
    let text = try String(contentsOf: list, encoding: .utf8)
    #expect(text.split(whereSeparator: \.isNewline).map(String.init) == ILSVRC2012.wnids)
  }
}
