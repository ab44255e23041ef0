import ArgumentParser

struct ImagesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "images",
    abstract: "Look at a corpus or at a store's images, or preprocess one file as a network sees it.",
    discussion: """
      EXAMPLES
        synoptic images scan photos/
        synoptic images list quickstart.sqlite --class dog
        synoptic images preprocess dog.jpg --recipe efficientnet --output dog.npy
      """,
    subcommands: [
      ImagesScanCommand.self, ImagesListCommand.self, ImagesShowCommand.self, ImagesVerifyCommand.self,
      ImagesPreprocessCommand.self, ImagesBenchCommand.self,
    ])
}
