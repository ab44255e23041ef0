/// Where in a file its EXIF and XMP data lie. What is damaged counts as not there: the pixels' decoder tells of damage.
struct ImageMetadata {
  /// Data that begin with a TIFF header.
  private(set) var exif: Range<Int>?
  private(set) var xmp: Range<Int>?

  /// Source: ITU-T T.81, B.1; EXIF 2.32, 4.7.2; XMP specification part 3, 1.1.3.
  init(jpeg bytes: UnsafeBufferPointer<UInt8>) {
    var place = 2
    while place + 4 <= bytes.count {
      let marker = bytes[place + 1]
      // Fill bytes, and what stands between segments and belongs to none: libjpeg passes over it.
      if bytes[place] != 0xff || marker == 0xff || marker == 0 {
        place += 1
        continue
      }
      // Image data or the end: headers are over. Markers without a length stand only among data.
      if marker == 0xda || marker == 0xd9 || (0xd0...0xd8).contains(marker) || marker == 0x01 { return }
      let length = Int(bytes[place + 2]) << 8 | Int(bytes[place + 3])
      guard length >= 2, place + 2 + length <= bytes.count else { return }
      let content = place + 4..<place + 2 + length
      if marker == 0xe1 { note(bytes, content) }
      place = content.upperBound
    }
  }

  private mutating func note(_ bytes: UnsafeBufferPointer<UInt8>, _ content: Range<Int>) {
    if exif == nil, bytes[content].starts(with: Self.exifName) {
      exif = content.dropFirst(Self.exifName.count)
    }
    if xmp == nil, bytes[content].starts(with: Self.xmpName) { xmp = content.dropFirst(Self.xmpName.count) }
  }

  /// Source: PNG specification, third edition, 5.3 and 11.3.4.5; compressed text is left alone.
  init(png bytes: UnsafeBufferPointer<UInt8>) {
    var place = 8
    while place + 12 <= bytes.count {
      let length = bytes[place..<place + 4].reduce(0) { $0 << 8 | Int($1) }
      let kind = bytes[place + 4..<place + 8]
      let content = place + 8..<place + 8 + length
      guard content.upperBound + 4 <= bytes.count else { return }
      if exif == nil, kind.elementsEqual("eXIf".utf8) {
        // Some writers take over JPEG's name with the data.
        let hasName = bytes[content].starts(with: Self.exifName)
        exif = hasName ? content.dropFirst(Self.exifName.count) : content
      }
      if xmp == nil, kind.elementsEqual("iTXt".utf8), bytes[content].starts(with: Self.xmpKeyword) {
        xmp = content
      }
      place = content.upperBound + 4
    }
  }

  private static let exifName = Array("Exif\0\0".utf8)
  private static let xmpName = Array("http://ns.adobe.com/xap/1.0/\0".utf8)
  private static let xmpKeyword = Array("XML:com.adobe.xmp\0".utf8)
}
