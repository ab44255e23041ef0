import ArgumentParser

struct ImagesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "images",
    abstract: "List a store's images, or preprocess one file as a network sees it.",
    discussion: """
      EXAMPLES
        synoptic images list quickstart.sqlite --class dog
        synoptic images preprocess dog.jpg --recipe efficientnet --output dog.npy
      """,
    subcommands: [ImagesListCommand.self, ImagesPreprocessCommand.self, ImagesBenchCommand.self])
}
