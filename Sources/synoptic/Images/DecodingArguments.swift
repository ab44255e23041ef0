import ArgumentParser
import Imaging

/// How files become pixels, as options of the command line.
struct DecodingArguments: ParsableArguments {
  @Option(help: "Turn photographs upright as their EXIF data say, or ignore that.")
  var orientation = DecodingOptions.Orientation.exif

  @Option(help: "Pillow's pixels exactly, or nearly the same ones fast.")
  var decoding = DecodingOptions.Quality.exact

  @Option(
    help: ArgumentHelp("What shines through: white, black, grey or #rrggbb.", valueName: "color"),
    transform: { text in
      guard let color = RGBColor(text) else {
        throw ValidationError("'\(text)' is no color; expected white, black, grey or #rrggbb")
      }
      return color
    })
  var background = RGBColor.white

  @Option(help: "Whether a damaged file fails, or what can be recovered is accepted.")
  var damaged = DamagePolicy.fail

  var options: DecodingOptions {
    DecodingOptions(orientation: orientation, quality: decoding, background: background)
  }
}

extension DecodingOptions.Orientation: ExpressibleByArgument {}
extension DecodingOptions.Quality: ExpressibleByArgument {}
extension DamagePolicy: ExpressibleByArgument {}
