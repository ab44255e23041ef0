// swift-tools-version: 6.1
import PackageDescription

// A package of its own, so that the main build does not know of it. It has links to the rooms it feeds: everything
// is compiled again with the fuzzer's instrumentation. Scripts/fuzz builds and runs it.
let package = Package(
  name: "fuzzing",
  platforms: [.macOS(.v15)],
  targets: [
    .target(name: "CKernels", cSettings: [.define("NDEBUG")]),
    .target(name: "CDigest", cSettings: [.define("NDEBUG")]),
    .target(name: "Digest", dependencies: ["CDigest"]),
    .target(name: "Network", dependencies: ["CKernels", "Digest"]),
    .target(name: "Quantization", dependencies: ["Network", "CKernels", "Digest"]),
    .systemLibrary(name: "CJPEG", pkgConfig: "libjpeg"),
    .systemLibrary(name: "CPNG", pkgConfig: "libpng"),
    .target(name: "CCodecs", dependencies: ["CJPEG", "CPNG"], cSettings: [.define("NDEBUG")]),
    .target(name: "Imaging", dependencies: ["CCodecs", "CKernels"]),
    .executableTarget(name: "ImageFuzzer", dependencies: ["Imaging"]),
    .systemLibrary(name: "CLibXML2", pkgConfig: "libxml-2.0"),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib"),
    .target(name: "Gzip", dependencies: ["CZlib"]),
    .target(name: "WordNet", dependencies: ["CLibXML2", "Gzip"]),
    .executableTarget(name: "WordNetFuzzer", dependencies: ["WordNet"]),
    .target(name: "Corpus", dependencies: ["Gzip", "CLibXML2", "Digest"]),
    .executableTarget(name: "CorpusFuzzer", dependencies: ["Corpus"]),
    .executableTarget(name: "NetworkFuzzer", dependencies: ["Network", "Quantization", "Digest"]),
    .executableTarget(name: "SeedNetworks", dependencies: ["Network", "Quantization"]),
  ]
)
