// swift-tools-version: 6.1
import PackageDescription

/// C is compiled with `-O2` in release, but SwiftPM leaves assertions on unless told otherwise.
let kernelSettings: [CSetting] = [.define("NDEBUG", .when(configuration: .release))]

let package = Package(
  name: "synoptic",
  platforms: [.macOS(.v15)],
  products: [
    .executable(name: "synoptic", targets: ["synoptic"])
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: [
    // Rooms over the C libraries.
    .target(name: "CKernels", cSettings: kernelSettings),
    .target(name: "CCodecs", dependencies: ["CJPEG", "CPNG"], cSettings: kernelSettings),
    .systemLibrary(
      name: "CJPEG", pkgConfig: "libjpeg",
      providers: [.apt(["libjpeg-dev"]), .brew(["jpeg-turbo"])]),
    .systemLibrary(
      name: "CPNG", pkgConfig: "libpng",
      providers: [.apt(["libpng-dev"]), .brew(["libpng"])]),
    .systemLibrary(
      name: "CLibXML2", pkgConfig: "libxml-2.0",
      providers: [.apt(["libxml2-dev"]), .brew(["libxml2"])]),

    .systemLibrary(
      name: "CZlib", pkgConfig: "zlib",
      providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]),

    // Content hashes: files, vectors, fingerprints.
    .target(name: "CDigest", cSettings: kernelSettings),
    .target(name: "Digest", dependencies: ["CDigest"]),

    // Packed files and archives.
    .target(name: "Gzip", dependencies: ["CZlib"]),

    // Domain rooms: each can be built and tested alone.
    .target(name: "WordNet", dependencies: ["CLibXML2", "Gzip"]),
    .target(name: "Imaging", dependencies: ["CCodecs", "CKernels"]),
    .target(name: "Corpus", dependencies: ["Gzip", "CLibXML2", "Digest"]),
    .target(name: "Network", dependencies: ["CKernels", "Digest"]),
    .target(name: "Quantization", dependencies: ["Network", "CKernels", "Digest"]),
    .target(
      name: "FeatureStore",
      dependencies: ["CKernels", "Digest", .product(name: "GRDB", package: "GRDB.swift")]),
    .target(
      name: "Pipeline",
      dependencies: [
        "Digest",
        .product(name: "GRDB", package: "GRDB.swift"),
        .product(name: "Logging", package: "swift-log"),
        "Yams",
      ]),

    // Pages about what the rooms above made: of a run.
    .target(name: "Reports", dependencies: ["Pipeline"]),

    // Where the domain rooms and the pipeline meet.
    .target(
      name: "Stages",
      dependencies: [
        "Digest", "WordNet", "Imaging", "Corpus", "Network", "Quantization", "FeatureStore", "Pipeline",
        .product(name: "GRDB", package: "GRDB.swift"),
      ]),
    .executableTarget(
      name: "synoptic",
      dependencies: [
        "Stages", "WordNet", "Imaging", "Corpus", "Network", "Quantization", "FeatureStore", "Pipeline",
        "Reports",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "GRDB", package: "GRDB.swift"),
        .product(name: "Logging", package: "swift-log"),
      ]),

    // What Benchmarks/scale measures: stores of any size, made by the runner without images.
    .executableTarget(
      name: "synoptic-scale",
      dependencies: [
        "Digest", "FeatureStore", "Pipeline", "Stages",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "GRDB", package: "GRDB.swift"),
      ], path: "Benchmarks/Scale"),

    // Tests, a target a room.
    .target(name: "TestSupport", path: "Tests/TestSupport"),
    .testTarget(name: "DigestTests", dependencies: ["Digest", "CDigest"]),
    .testTarget(name: "GzipTests", dependencies: ["Gzip", "TestSupport"]),
    .testTarget(name: "KernelTests", dependencies: ["CKernels", "TestSupport"]),
    .testTarget(name: "WordNetTests", dependencies: ["WordNet", "TestSupport"]),
    .testTarget(name: "ImagingTests", dependencies: ["Imaging", "TestSupport"]),
    .testTarget(name: "CorpusTests", dependencies: ["Corpus", "TestSupport"]),
    .testTarget(name: "NetworkTests", dependencies: ["Network", "TestSupport"]),
    .testTarget(
      name: "ConformanceTests", dependencies: ["Network", "TestSupport"], exclude: ["skipped.txt"]),
    .testTarget(name: "QuantizationTests", dependencies: ["Quantization", "TestSupport"]),
    .testTarget(name: "FeatureStoreTests", dependencies: ["FeatureStore", "TestSupport"]),
    .testTarget(name: "PipelineTests", dependencies: ["Pipeline", "TestSupport"]),
    .testTarget(name: "ReportsTests", dependencies: ["Reports", "TestSupport"]),
    .testTarget(name: "StagesTests", dependencies: ["Stages", "TestSupport"]),
    .testTarget(name: "CommandLineTests", dependencies: ["Stages", "TestSupport", "synoptic"]),
  ]
)
