import Network

/// NumPy files given and asked for.
enum ArrayFile {
  static func write(_ array: NumpyArray, to path: String) throws {
    do { try array.write(path) } catch NetworkError.unreadable(_, let reason) {
      throw OutputFile.Unwritable(path: path, reason: reason)
    }
  }
}
