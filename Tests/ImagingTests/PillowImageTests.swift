import Foundation
import TestSupport
import Testing

@testable import Imaging

/// Pillow's own test images, which `Scripts/test` fetches: damaged, odd and hostile ones among them.
@Suite("Pillow's test images")
struct PillowImageTests {
  static let folder = PackageRoot.url.appendingPathComponent(".cache/pillow-images")
  static var isPresent: Bool { FileManager.default.fileExists(atPath: folder.path) && PythonPeer.isPresent }

  /// Where Pillow's pixels are not the ones to have.
  static let exceptions = [
    "i_trns.png": "Pillow clips 16-bit grey at 255, so that nearly all is white; the high byte is kept here",
    "exif_imagemagick_orientation.png": "ImageMagick's hexadecimal EXIF in a text chunk is not read",
  ]

  @Test(.enabled(if: isPresent, "Scripts/test has not fetched them"))
  func `are decoded to the same pixels, or refused`() throws {
    let output = try TemporaryFolder()
    let lines = try PythonPeer.run(
      """
      import pathlib, sys, warnings
      from PIL import Image, ImageOps
      warnings.simplefilter("ignore")
      for path in sorted(pathlib.Path(sys.argv[1]).iterdir()):
          if path.name == "version":
              continue
          try:
              image = ImageOps.exif_transpose(Image.open(path))
              kind = image.mode
              if image.has_transparency_data:
                  image = image.convert("RGBA")
                  white = Image.new("RGB", image.size, "white")
                  white.paste(image.convert("RGB"), mask=image.getchannel("A"))
                  image = white
              image = image.convert("RGB")
              pathlib.Path(sys.argv[2], path.name).write_bytes(image.tobytes())
              print(path.name, kind, image.width, image.height, sep="\\t")
          except Exception as error:
              print(path.name, "-", 0, 0, sep="\\t")
      """, [Self.folder.path, output.url.path]
    ).split(separator: "\n").map { $0.split(separator: "\t").map(String.init) }
    #expect(lines.count > 400)
    var equal = 0
    for line in lines {
      let bytes = try FileBytes.read(Self.folder.appendingPathComponent(line[0]).path)
      let result = Result { try ImageDecoder.decode(bytes, damage: .accept, limits: .default).image }
      guard line[1] != "-" else { continue }
      guard case .success(let image) = result else {
        if Self.exceptions[line[0]] == nil { Issue.record("\(line): \(result)") }
        continue
      }
      let isEqual =
        try [image.width, image.height] == line[2...].map { Int($0) }
        && image.pixels == FileBytes.read(output.path(line[0]))
      if isEqual { equal += 1 } else if Self.exceptions[line[0]] == nil { Issue.record("\(line) differs") }
    }
    #expect(equal > 350)
  }
}
