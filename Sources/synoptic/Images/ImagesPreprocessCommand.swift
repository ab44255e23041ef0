import ArgumentParser
import Corpus
import Imaging
import Network

struct ImagesPreprocessCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "preprocess",
    abstract: "Write what a network sees of an image, as a NumPy array.",
    discussion: """
      The array is the resized and cropped image, uint8, [height, width, 3]; with --normalised it is the \
      network's input, float32, [3, height, width].

      RECIPES
      \(RecipeArgument.explanation)

      EXAMPLES
        synoptic images preprocess dog.jpg --recipe efficientnet --output dog.npy
        synoptic images preprocess dog.jpg --recipe torchvision --normalised --output dog.npy
        synoptic images preprocess dog.jpg --recipe plain --size 96 --output dog.npy
        synoptic images preprocess dog.jpg --recipe '{ resize: 232, crop: 224, filter: bicubic }' --output dog.npy
        synoptic images preprocess half.jpg --recipe plain --damaged accept --orientation ignore --output half.npy
      """)

  @Argument(help: "A JPEG or PNG file.", completion: .file())
  var file: String

  @Option(help: "How pixels are prepared: a name, or a recipe spelled out; both are explained above.")
  var recipe: RecipeArgument

  @Option(
    help: ArgumentHelp("The NumPy file to write.", valueName: "x.npy"), completion: .file(extensions: ["npy"])
  )
  var output: String

  @Flag(
    name: [.customLong("normalised"), .customLong("normalized")],
    help: "Write the normalised float32 tensor instead of the pixels.")
  var isNormalized = false

  @Option(help: "The side of the network's input in pixels (default: the recipe's).")
  var size: Int?

  @OptionGroup var decoding: DecodingArguments

  func validate() throws {
    if let size, !(1...8192).contains(size) {
      throw ValidationError("--size is \(size), and must be from 1 to 8192")
    }
  }

  func run() throws {
    let stated = try recipe.stated
    var recipe = stated.recipe
    let output = try OutputFile.place(for: output)
    if let size {
      if stated.cropIsStated, size != recipe.inputSize {
        throw ValidationError(
          "--size is \(size), and the recipe's crop \(recipe.inputSize): state one of them")
      }
      recipe = recipe.resized(to: size)
    }
    recipe.decoding = decoding.options
    let bytes = try FileContents.read(file)
    // The same way from bytes to pixels as the `features` stage takes.
    var preprocessor = Preprocessor(recipe, damage: decoding.damaged)
    let pixels = try NamedFile.attempt(file) { _ in try preprocessor.pixels(decoding: bytes) }
    if let damage = preprocessor.acceptedDamage { StandardError.say("\(file): accepted: \(damage)") }
    let side = recipe.inputSize
    let array =
      isNormalized
      ? NumpyArray(shape: [3, side, side], elements: .float32(recipe.tensor(of: pixels)))
      : NumpyArray(shape: [side, side, 3], elements: .uint8(pixels.pixels))
    try array.write(output)
  }
}
