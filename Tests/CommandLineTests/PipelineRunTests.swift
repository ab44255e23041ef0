import Foundation
import TestSupport
import Testing

@Suite("A pipeline from the command line", .enabled(if: PythonPeer.isPresent, "SYNOPTIC_PYTHON is not set"))
struct PipelineRunTests {
  @Test("run, plan, status, search and the rest speak of the same store")
  func wholePipeline() throws {
    let project = try SmallProject()

    let first = try project.synoptic("run small.yaml --json --threads 2")
    #expect(first.status == 2, "the broken photograph stands failed: \(first.errors)")
    #expect(first.json["exit"] as? Int == 2)
    let stages = try #require(first.json["stages"] as? [String: [String: Any]])
    #expect(Set(stages.keys) == ["taxonomy", "photos", "network", "embedding", "index"])
    #expect(stages["embedding"]?["uses"] as? String == "features")
    #expect(stages["embedding"]?["state"] as? String == "done")
    #expect((stages["embedding"]?["items"] as? [String: Int])?["done"] == 12)
    #expect((stages["embedding"]?["seconds"] as? Double) != nil)
    #expect(first.output.split(separator: "\n").count == 1, "standard output is data only")
    #expect(first.errors.contains("synoptic status"))

    let digest = try project.synoptic("features digest small.sqlite").output
    #expect(digest.range(of: "^[0-9a-f]{64}\n$", options: .regularExpression) != nil)

    let second = try project.synoptic("run small.yaml --json")
    #expect(second.status == 2, "a failure that stands is told on every run")
    let again = try #require(second.json["stages"] as? [String: [String: Any]])
    #expect(again.count == 5)
    #expect(again.values.allSatisfy { $0["state"] as? String == "current" })

    let plan = try #require(
      try project.synoptic("plan small.yaml --json").json["stages"] as? [String: [String: Any]])
    #expect(plan["embedding"]?["state"] as? String == "current")
    let changed = try project.synoptic("plan small.yaml --set embedding.encoding=int8")
    #expect(changed.output.contains("encoding") && changed.output.contains("int8"))

    let status = try project.synoptic("status small.yaml --failed --json").json
    let failures = try #require(status["failures"] as? [[String: Any]])
    #expect(failures.map { $0["path"] as? String } == ["n00000002/broken.jpg"])
    #expect(status["stages"] is [String: Any])

    let retried = try project.synoptic("retry small.yaml --json")
    #expect(retried.status == 2)
    #expect(retried.errors.contains("trying 1 failed item again"))
    #expect(try project.synoptic("features digest small.sqlite").output == digest)
  }

  @Test("failures are listed by class, forgiven, and tried again by what they are called")
  func failures() throws {
    let project = try SmallProject()
    try project.folder.write("photos/n00000003/empty.png", "")
    #expect(try project.synoptic("run small.yaml").status == 2)
    let status = try project.synoptic("status small.sqlite --failed --class empty --json").json
    let listed = try #require(status["failures"] as? [[String: Any]])
    #expect(listed.map { $0["path"] as? String } == ["n00000003/empty.png"])
    #expect(listed.first?["attempts"] as? Int == 1 && listed.first?["updated"] is String)
    #expect((status["classes"] as? [String: Int])?.values.reduce(0, +) == 2)
    let one = try project.synoptic("status small.sqlite --failed --limit 1")
    #expect(one.output.split(separator: "\n").count == 2)
    #expect(one.errors.contains("2 items failed ("))

    let wrong = try project.synoptic("forgive small.sqlite --class emtpy")
    #expect(
      wrong.status == 64 && wrong.errors.contains("no failed item is of class emtpy: there stand failed 1 "))
    let forgiven = try project.synoptic("forgive small.yaml --item empty.png")
    #expect(forgiven.status == 0 && forgiven.errors.contains("forgave 1 failed item"), "\(forgiven.errors)")
    #expect(try project.synoptic("run small.yaml").status == 2, "the other one stands")
    let digest = try project.synoptic("features digest small.sqlite").output
    #expect(try project.synoptic("forgive small.sqlite --all").status == 0)
    #expect(try project.synoptic("run small.yaml").status == 0)
    #expect(
      try project.synoptic("features digest small.sqlite").output == digest, "what was found is the same")
    #expect(try project.synoptic("status small.sqlite --forgiven").output.split(separator: "\n").count == 3)

    #expect(try project.synoptic("retry small.yaml --class empty").status == 64)
    let retried = try project.synoptic("retry small.yaml --forgiven --item n00000003/empty.png")
    #expect(retried.status == 2 && retried.errors.contains("trying 1 failed item again"), "\(retried.errors)")
    let limited = try project.synoptic("run small.yaml --set max_failures=0 --set store=limited.sqlite")
    #expect(limited.status == 1 && limited.errors.contains("max_failures is 0"), "\(limited.errors)")
  }

  @Test("searching and listing give what programs rely on")
  func searchesAndListings() throws {
    let project = try SmallProject()
    #expect(try project.synoptic("run small.yaml").status == 2)

    let search = try project.synoptic("search small.sqlite --image photos/n00000002/3.png -k 4 --json")
    #expect(search.status == 0, "\(search.errors)")
    #expect(search.json["space"] as? String == "embedding")
    let results = try #require(search.json["results"] as? [[String: Any]])
    #expect(results.count == 4)
    // Another of so small images may have the same vector, and then comes first by its path.
    let best = try #require(results.first?["score"] as? Double)
    #expect(best > 0.999)
    #expect(results.contains { $0["path"] as? String == "n00000002/3.png" && $0["score"] as? Double == best })
    #expect(results.allSatisfy { $0["id"] is Int && $0["wnid"] as? String == "n00000002" })

    let under = try project.synoptic("search small.sqlite --like n00000002/3.png --under cat --json").json
    let cats = try #require(under["results"] as? [[String: Any]])
    #expect(cats.count == 6 && cats.allSatisfy { $0["wnid"] as? String == "n00000003" })

    let ofClass = try project.synoptic("search small.sqlite --class animal -k 100")
    #expect(ofClass.output.split(separator: "\n").count == 1 + 13)
    #expect(try project.synoptic("search small.sqlite --class bird").status == 64)

    let tree = try project.synoptic("synsets tree --under animal --json").json
    let animal = try #require((tree["synsets"] as? [[String: Any]])?.first)
    #expect((animal["images"] as? [String: Int])?["below"] == 13)
    #expect((animal["children"] as? [[String: Any]])?.count == 2)

    let predictions = try project.synoptic("features predictions small.sqlite --json").json
    let images = try #require(predictions["images"] as? [[String: Any]])
    #expect(images.count == 12 && images.allSatisfy { $0["right"] is Bool })

    let export = try project.synoptic("features export small.sqlite --output out.npy")
    #expect(export.status == 0 && export.output.isEmpty)
    let shape = try PythonPeer.run(
      "import numpy, sys; a = numpy.load(sys.argv[1]); print(a.dtype, *a.shape)",
      [project.folder.path("out.npy")])
    #expect(shape == "float32 12 4\n")
    let lines = try String(contentsOfFile: project.folder.path("out.jsonl"), encoding: .utf8)
    #expect(lines.hasPrefix("{\"path\": \"n00000002/0.png\", \"wnid\": \"n00000002\"}\n"))
  }

  @Test("images are listed in path order, those that failed with the reason, also where no file was")
  func imageListings() throws {
    let project = try SmallProject()
    try project.folder.write(
      "photos/list.tsv", "path\tclass\nnowhere.png\tn00000002\nn00000003/1.png\tn00000003\n")
    try project.folder.write(
      "listed.yaml",
      """
      store: listed.sqlite
      stages:
        taxonomy: { uses: synsets, source: structure.xml }
        list: { uses: images, source: photos/list.tsv, synsets: taxonomy }
        folder: { uses: images, source: photos, synsets: taxonomy }
        network:
          uses: network
          model: tiny.onnx
          labels: labels.txt
          preprocess: plain
          calibrate: { images: folder, count: 8 }
        embedding: { uses: features, network: network, images: folder }

      """)
    #expect(try project.synoptic("run listed.yaml").status == 2)

    let all = try project.synoptic("images list listed.sqlite --json").json
    let images = try #require(all["images"] as? [[String: Any]])
    let paths = images.compactMap { $0["path"] as? String }
    #expect(paths.count == 14 && paths == paths.sorted(), "13 of the folder and 1 of the list")
    #expect(images.filter { $0["failure"] != nil }.map { $0["path"] as? String } == ["n00000002/broken.jpg"])
    let three = try project.synoptic("images list listed.sqlite --limit 3").output
    #expect(three.split(separator: "\n").count == 3)
    let cats = try project.synoptic("images list listed.sqlite --class cat").output
    #expect(cats.split(separator: "\n").count == 7)

    let failed = try project.synoptic("images list listed.sqlite --failed --json").json
    let failures = try #require(failed["images"] as? [[String: Any]])
    #expect(failures.map { $0["path"] as? String } == ["n00000002/broken.jpg", "nowhere.png"])
    #expect(failures.first?["id"] is Int && failures.last?["id"] is NSNull)
    #expect((failures.last?["failure"] as? [String: Any])?["class"] as? String == "missing")
    let lines = try project.synoptic("images list listed.sqlite --failed").output
    #expect(lines.contains("\n-\t-\t-\tnowhere.png\tmissing\t"))
    let failedCats = try project.synoptic("images list listed.sqlite --failed --class cat --json")
    #expect(failedCats.output == "{\"images\": []}\n" && failedCats.status == 0)
  }

  @Test("a network alone is shown, run in float as ONNX Runtime runs it, and quantized")
  func networkAlone() throws {
    let project = try SmallProject()
    let show = try project.synoptic("network show tiny.onnx --json").json
    let layers = try #require(show["layers"] as? [[String: Any]])
    #expect(layers.first?["macs"] as? Int == 15 * 15 * 4 * 27)
    #expect(layers.first?["shape"] as? [Int] == [1, 4, 15, 15])

    let image =
      "images preprocess photos/n00000002/0.png --recipe plain --size 32 --normalised --output x.npy"
    #expect(try project.synoptic(image).status == 0)
    let run = try project.synoptic("network run tiny.onnx --input x.npy --output y.npy --float")
    #expect(run.status == 0, "\(run.errors)")
    let difference = try PythonPeer.run(
      """
      import sys, numpy as np, onnxruntime
      root = sys.argv[1]
      x = np.load(root + "/x.npy")[None]
      expected = onnxruntime.InferenceSession(root + "/tiny.onnx").run(None, {"x": x})[0]
      print(np.abs(expected - np.load(root + "/y.npy")).max() < 1e-4)
      """, [project.folder.url.path])
    #expect(difference == "True\n")

    let quantized = try project.synoptic(
      "network quantize tiny.onnx --calibrate photos --recipe plain --output tiny.int8")
    #expect(quantized.status == 0, "\(quantized.errors)")
    #expect(
      try project.synoptic("network run tiny.int8 --input x.npy --output z.npy --isa scalar").status == 0)
    let scalar = try Data(contentsOf: project.folder.url.appendingPathComponent("z.npy"))
    let compiled = try project.synoptic("network compile tiny.int8 --output tiny.plan")
    #expect(compiled.status == 0, "\(compiled.errors)")
    #expect(try project.synoptic("network run tiny.plan --input x.npy --output c.npy").status == 0)
    #expect(try Data(contentsOf: project.folder.url.appendingPathComponent("c.npy")) == scalar)
    let uncalibrated = try project.synoptic("network compile tiny.onnx --output never.plan")
    #expect(uncalibrated.status != 0 && uncalibrated.errors.contains("--calibrate"))
    #expect(!FileManager.default.fileExists(atPath: project.folder.path("never.plan")))
    let bench = try project.synoptic("network bench tiny.onnx --threads 1 --batch 4 --seconds 0.1 --json")
      .json
    #expect((bench["images_per_second"] as? Double ?? 0) > 0)
  }
}
