import ArgumentParser
import Imaging
import Stages

struct ImagesBenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Measure how many images a second one thread decodes, resizes and crops.",
    discussion: """
      All files are read before, so that the disk does not count. The rate is the median of the rounds, by \
      processor time.

      EXAMPLES
        synoptic images bench photos --recipe torchvision
        synoptic images bench photos --recipe efficientnet --decoding fast --json
        synoptic images bench photos --recipe '{ recipe: torchvision, filter: bicubic }'
      """)

  @Argument(help: "A folder, archive or list of images.", completion: .file())
  var source: String

  @Option(
    help: """
      How pixels are prepared: \(RecipeArgument.names), or a recipe spelled out \
      (`synoptic images preprocess --help`).
      """)
  var recipe = RecipeArgument(argument: PreprocessingRecipe.torchvision.name)

  @Option(help: "How often all images are decoded.")
  var rounds = 3

  @OptionGroup var decoding: DecodingArguments
  @OptionGroup var json: JSONFlag

  func validate() throws {
    if !(1...1000).contains(rounds) {
      throw ValidationError("--rounds is \(rounds), and must be from 1 to 1000")
    }
  }

  func run() throws {
    var recipe = try recipe.stated.recipe
    recipe.decoding = decoding.options
    let result = try DecodingBenchmark.run(
      source, recipe: recipe, damage: decoding.damaged, rounds: rounds)
    if json.isOn {
      let listing: JSON = [
        "images_per_second": .number(result.imagesPerSecond), "images": .integer(result.images),
        "failed": .integer(result.failed), "rounds": .integer(result.rounds),
        "recipe": .string(self.recipe.description),
        "decoding": .string(decoding.decoding.rawValue),
      ]
      return try StandardOutput.write(line: listing.line)
    }
    var table = TextTable([("MEASURE", .left), ("VALUE", .right)])
    table.append(["images a second", Quantities.fixed(result.imagesPerSecond, 1)])
    table.append(["milliseconds an image", Quantities.fixed(1000 / result.imagesPerSecond, 3)])
    table.append(["images", Quantities.count(result.images)])
    table.append(["failed", Quantities.count(result.failed)])
    try StandardOutput.write(table.text)
  }
}
