extension Graph {
  /// Height and width of the one image input; -1 where the file leaves one open. nil where there is no such input.
  public var inputSize: Int2? {
    guard inputs.count == 1, let shape = inputs.first?.shape, shape.count == 4 else { return nil }
    return Int2(shape[2], shape[3])
  }

  /// The same network for images of one size, where it was exported for images of any: before `simplified()`, so that
  /// shape arithmetic becomes constants.
  ///
  /// - Parameter size: of what is open; a fixed height or width stays.
  public func settingOpenInputSize(_ size: Int2) -> Graph {
    guard let open = inputSize, open.height < 0 || open.width < 0 else { return self }
    var graph = self
    if open.height < 0 { graph.inputs[0].shape[2] = size.height }
    if open.width < 0 { graph.inputs[0].shape[3] = size.width }
    return graph
  }
}
