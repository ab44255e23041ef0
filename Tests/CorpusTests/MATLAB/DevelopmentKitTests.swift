import TestSupport
import Testing

@testable import Corpus

/// meta.mat as ILSVRC's, written by SciPy: classes first, in the kit's order, then their ancestors.
@Suite(.enabled(if: PythonPeer.isPresent, "needs SYNOPTIC_PYTHON, which Scripts/test sets"))
struct `ILSVRC's development kit` {
  static let script = """
    import sys, numpy, scipy.io
    wnids = ["n02119789", "n02100735", "n02110185", "n00001740"]
    kind = [("ILSVRC2012_ID", "O"), ("WNID", "O"), ("words", "O"), ("gloss", "O"), ("num_children", "O"),
            ("children", "O"), ("wordnet_height", "O"), ("num_train_images", "O")]
    synsets = numpy.zeros((len(wnids), 1), kind)
    for i, wnid in enumerate(wnids):
        children = [1, 2, 3] if i == 3 else []
        synsets[i, 0] = (numpy.uint16(i + 1), wnid, "kit fox", "a fox", numpy.uint8(len(children)),
                         numpy.array(children, float), numpy.uint8(0), numpy.uint16(1300))
    scipy.io.savemat(sys.argv[1], {"other": numpy.eye(3), "synsets": synsets}, do_compression=sys.argv[2] == "packed")
    """

  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test(arguments: ["packed", "plain"])
  func `meta.mat gives each number its class, and the classes' ancestors none`(form: String) throws {
    let path = folder.path("meta.mat")
    try PythonPeer.run(Self.script, [path, form])
    let numbers = try ClassNumbers(contentsOf: path)
    #expect((1...5).map(numbers.label) == ["n02119789", "n02100735", "n02110185", nil, nil])
    #expect(numbers.isExplicit && numbers.range == 1...3)
  }

  @Test func `it is found beside its ground truth`() throws {
    try folder.write("val/ILSVRC2012_val_00000001.JPEG", "x")
    let truth = "ILSVRC2012_devkit_t12/data/ILSVRC2012_validation_ground_truth.txt"
    try folder.write(truth, "3\n")
    #expect(try ImageSources.open(folder.path("val")).numbering?.list == nil)
    try folder.write("ILSVRC2012_devkit_t12/data/map_clsloc.txt", "n02119789 1 kit_fox\n")
    let text = try ImageSources.open(folder.path("val")).numbering
    #expect(text?.isOfDevelopmentKit == true && text?.list?.hasSuffix("/data/map_clsloc.txt") == true)
    try PythonPeer.run(Self.script, [folder.path("ILSVRC2012_devkit_t12/data/meta.mat"), "packed"])
    let numbering = try ImageSources.open(folder.path("val")).numbering
    #expect(numbering?.list?.hasSuffix("/data/meta.mat") == true)
  }

  @Test func `a list beside another text of classes is not taken for its own`() throws {
    try folder.write("val/ILSVRC2012_val_00000001.JPEG", "x")
    let truth = try folder.write("truth.txt", "3\n")
    try PythonPeer.run(Self.script, [folder.path("meta.mat"), "packed"])
    let source = try ImageSources.open(folder.path("val"), SourceOptions(truth: truth))
    #expect(source.numbering == ClassNumbering(first: 1))
  }

  @Test(arguments: [
    ("MATLAB 5.0 MAT-file", "does not begin as a MATLAB file of version 5"),
    ("MATLAB 7.3 MAT-file" + String(repeating: " ", count: 105) + "\u{0}\u{2}IM", "another version than 5"),
    (
      "MATLAB 5.0 MAT-file" + String(repeating: " ", count: 105) + "\u{0}\u{1}XX",
      "how its numbers are written"
    ),
    ("MATLAB 5.0 MAT-file" + String(repeating: " ", count: 105) + "\u{0}\u{1}IM", "no variable synsets"),
    (
      "MATLAB 5.0 MAT-file" + String(repeating: " ", count: 105) + "\u{0}\u{1}IM\u{e}\0\0\0\u{7f}\0\0\0",
      "ends in the middle of an element"
    ),
  ])
  func `what is no such file is refused with the reason`(contents: String, reason: String) throws {
    let path = try folder.write("meta.mat", contents)
    let error = #expect(throws: CorpusError.self) { try ClassNumbers(contentsOf: path) }
    #expect(error?.description.contains(reason) == true, "\(String(describing: error))")
    #expect(error?.description.contains(path) == true)
  }
}
