/// A hierarchy over the classes of generated images, as ImageNet's structure file writes one: a root, groups of a hundred
/// classes, and the classes.
enum GeneratedHierarchy {
  static func xml(classes: Int) -> String {
    var text = "<ImageNetStructure><releaseData>generated</releaseData>\n"
    text += #"<synset wnid="n90000000" words="entity" gloss="all there is">"# + "\n"
    for start in stride(from: 0, to: classes, by: 100) {
      text += #"<synset wnid="n8\#(padded(start))" words="group \#(start / 100)" gloss="a hundred classes">"#
      for number in start..<min(classes, start + 100) {
        text +=
          #"<synset wnid="\#(GeneratedImagesStage.wnid(number))" words="class \#(number)" gloss="one class"/>"#
      }
      text += "</synset>\n"
    }
    return text + "</synset></ImageNetStructure>\n"
  }

  private static func padded(_ number: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: 7 - digits.count) + digits
  }
}
