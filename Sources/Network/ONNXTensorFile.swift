extension Tensor {
  /// Reads a file that holds one ONNX TensorProto, as test data of models comes (`input_0.pb`).
  ///
  /// - Throws: `NetworkError` where the file cannot be read or is damaged, or for complex numbers.
  public static func load(onnx path: String) throws(NetworkError) -> (name: String, tensor: Tensor) {
    let file = try MappedFile(path: path)
    var reader = ONNXTensorReader(modelPath: path)
    return try file.withBytes { bytes throws(NetworkError) in
      try reader.read(ProtobufReader(file, bytes, 0..<file.count))
    }
  }
}
