import TestSupport
import Testing

@testable import Corpus

@Suite("Box annotations")
struct BoxXMLReaderTests {
  static let example = """
    <annotation>
      <folder>VOC2012</folder><filename>2007_000027.jpg</filename>
      <size><width>486</width><height>500</height><depth>3</depth></size>
      <object>
        <name>person</name><truncated>1</truncated><difficult>0</difficult>
        <bndbox><xmin>174</xmin><ymin>101.4</ymin><xmax>349</xmax><ymax>351</ymax></bndbox>
        <part><name>head</name><bndbox><xmin>1</xmin><ymin>2</ymin><xmax>3</xmax><ymax>4</ymax></bndbox></part>
      </object>
      <object><name> dog </name><bndbox><xmin>1</xmin><xmax>9</xmax><ymin>2</ymin><ymax>8</ymax></bndbox></object>
    </annotation>
    """

  private func read(_ text: String) throws(CorpusError) -> BoxAnnotation {
    try BoxXMLReader.read(Array(text.utf8), path: "a.xml")
  }

  @Test func `objects with their sides, without the boxes of their parts`() throws {
    #expect(
      try read(Self.example).boxes == [
        AnnotatedBox(label: "person", left: 174, top: 101, right: 349, bottom: 351, isTruncated: true),
        AnnotatedBox(label: "dog", left: 1, top: 2, right: 9, bottom: 8),
      ])
    #expect(try read("<annotation></annotation>").boxes.isEmpty)
  }

  @Test(arguments: [
    ("", "empty"), ("no XML", "expected"), ("<annotation>", "end"),
    ("<html></html>", "expected an <annotation>"),
    ("<annotation><object><name>a</name></object></annotation>", "four sides"),
    ("<annotation><object><bndbox/></object></annotation>", "without a <name>"),
    (
      "<annotation><object><name>a</name><bndbox><xmin>x</xmin></bndbox></object></annotation>", "no number"
    ),
    (
      "<annotation><object><name>a</name><bndbox><xmin>9</xmin><ymin>1</ymin><xmax>2</xmax><ymax>3</ymax></bndbox></object></annotation>",
      "wrong way round"
    ),
    ("<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><annotation>&x;</annotation>", "entity"),
    ("<!DOCTYPE a [<!ENTITY x 'y'>]><annotation><object><name>&x;</name></object></annotation>", "entity"),
    (String(repeating: "<annotation>", count: 10_000), "deep"),
    (
      "<annotation><object><name>" + String(repeating: "a", count: 1 << 20) + "</name></object></annotation>",
      "1024"
    ),
  ])
  func `what is damaged or hostile is refused with its place`(_ text: String, _ reason: String) {
    let error = #expect(throws: CorpusError.self) { try read(text) }
    #expect(error?.errorClass == "annotation" && error?.description.hasPrefix("a.xml:") == true)
    if reason != "end", reason != "expected" {
      #expect(error?.description.contains(reason) == true, "\(error?.description ?? "")")
    }
  }
}
