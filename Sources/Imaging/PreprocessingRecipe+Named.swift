extension PreprocessingRecipe {
  /// The recipe of this name, at its usual input size.
  public static func named(_ name: String) -> PreprocessingRecipe? { all.first { $0.name == name } }

  /// What each named recipe does and where that is written, a line each, for help texts.
  public static let explanations: [(name: String, text: String)] = [
    (
      "efficientnet",
      "centered square of the shorter side x n / (n + 32), bicubic, (x - 127) / 128: tensorflow/tpu, "
        + "models/official/efficientnet/preprocessing.py and lite/efficientnet_lite_builder.py"
    ),
    (
      "torchvision",
      "shorter side 256, bilinear, center crop 224, ImageNet's mean and deviation: pytorch/vision, "
        + "references/classification/presets.py, ClassificationPresetEval"
    ),
    (
      "keras-vgg16",
      "shorter side 256, bilinear, center crop 224, blue, green, red less their means: keras-team/keras, "
        + "applications/imagenet_utils.py, mode caffe; arXiv:1409.1556, section 3.2"
    ),
    (
      "inception",
      "the central 87.5 % of each side to 299, bilinear, to -1...1: tensorflow/models, "
        + "research/slim/preprocessing/inception_preprocessing.py, preprocess_for_eval"
    ),
    ("plain", "the whole image stretched to 224, bilinear, to 0...1"),
  ]

  public static let all: [PreprocessingRecipe] = [efficientNet, torchvision, kerasVGG16, inception, plain]

  /// EfficientNet-Lite: a centered crop, bicubic, `(x - 127) / 128`.
  ///
  /// Source: github.com/tensorflow/tpu, models/official/efficientnet: `preprocessing.py`
  /// (`_decode_and_center_crop`, CROP_PADDING 32) and `lite/efficientnet_lite_builder.py` (MEAN_RGB 127,
  /// STDDEV_RGB 128). TensorFlow's bicubic is not antialiased; Pillow's, used here, is.
  public static let efficientNet = PreprocessingRecipe(
    name: "efficientnet", inputSize: 224, geometry: .paddedCenterCrop(padding: 32), filter: .bicubic,
    means: [127, 127, 127], deviations: [128, 128, 128])

  /// torchvision's evaluation preset: shorter side 256, bilinear with antialiasing, center crop 224.
  ///
  /// Source: github.com/pytorch/vision, references/classification/presets.py, `ClassificationPresetEval`.
  public static let torchvision = PreprocessingRecipe(
    name: "torchvision", inputSize: 224, geometry: .shorterSide(size: 256), filter: .bilinear, divisor: 255,
    means: [0.485, 0.456, 0.406], deviations: [0.229, 0.224, 0.225])

  /// VGG16 as Keras has it: blue, green, red, less ImageNet's means; scaled as in the paper's single-scale
  /// test.
  ///
  /// Source: github.com/keras-team/keras, applications/imagenet_utils.py, `preprocess_input` mode "caffe".
  /// That says nothing of resizing: shorter side 256 and a center crop of 224 follow Simonyan and Zisserman,
  /// arXiv:1409.1556, section 3.2.
  public static let kerasVGG16 = PreprocessingRecipe(
    name: "keras-vgg16", inputSize: 224, geometry: .shorterSide(size: 256), filter: .bilinear,
    channelOrder: [2, 1, 0], means: [103.939, 116.779, 123.68], deviations: [1, 1, 1])

  /// Inception: the central 87.5 % of each side, bilinear, to -1...1.
  ///
  /// Source: github.com/tensorflow/models, research/slim/preprocessing/inception_preprocessing.py,
  /// `preprocess_for_eval`. TensorFlow's bilinear is not antialiased; Pillow's, used here, is.
  public static let inception = PreprocessingRecipe(
    name: "inception", inputSize: 299, geometry: .centralFraction(0.875), filter: .bilinear,
    means: [127.5, 127.5, 127.5], deviations: [127.5, 127.5, 127.5])

  /// The whole image stretched, bilinear, to 0...1.
  public static let plain = PreprocessingRecipe(
    name: "plain", inputSize: 224, geometry: .stretch, filter: .bilinear, divisor: 255, means: [0, 0, 0],
    deviations: [1, 1, 1])
}
