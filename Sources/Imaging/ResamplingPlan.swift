/// A resize and crop along both axes.
struct ResamplingPlan: Hashable, Sendable {
  var horizontal: ResamplingAxis
  var vertical: ResamplingAxis
}
