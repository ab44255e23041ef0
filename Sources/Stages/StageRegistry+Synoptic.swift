import Pipeline

extension StageRegistry {
  /// The kinds that a pipeline file of Synoptic may use: a new kind is one more line here.
  public static let synoptic = StageRegistry([
    SynsetsStage.self, ImagesStage.self, NetworkStage.self, FeaturesStage.self, IndexStage.self,
  ])
}
