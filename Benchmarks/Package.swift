// swift-tools-version: 6.2
import PackageDescription

let shortlist = Target.Dependency.product(name: "Shortlist", package: "shortlist")
let tensorFlow = Target.Dependency.product(name: "ShortlistTensorFlow", package: "shortlist")
let kernels = Target.Dependency.product(name: "CShortlistKernels", package: "shortlist")

let package = Package(
  name: "benchmarks",
  platforms: [.macOS(.v15)],
  dependencies: [
    .package(name: "shortlist", path: "..", traits: []),
    .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.0"),
    .package(url: "https://github.com/apple/swift-nio-http2.git", from: "1.46.0"),
  ],
  targets: [
    .executableTarget(name: "AnnBenchmark", dependencies: [shortlist]),
    .executableTarget(name: "ExportBenchmark", dependencies: [shortlist, tensorFlow]),
    .executableTarget(name: "FilterBenchmark", dependencies: [shortlist]),
    .executableTarget(
      name: "GRPCBenchmark",
      dependencies: [
        shortlist, .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "NIOHTTP2", package: "swift-nio-http2"),
        .product(name: "NIOHPACK", package: "swift-nio-http2"),
      ]),
    .executableTarget(name: "IndexBenchmark", dependencies: [shortlist, kernels]),
    .executableTarget(name: "KernelBenchmark", dependencies: [kernels]),
    .executableTarget(name: "LiveStress", dependencies: [shortlist]),
    .executableTarget(name: "PeerEvaluation", dependencies: [shortlist]),
    .executableTarget(name: "ReadBenchmark", dependencies: [shortlist]),
    .executableTarget(name: "RecordBenchmark", dependencies: [shortlist]),
    .executableTarget(name: "ScaNNBenchmark", dependencies: [shortlist]),
    .executableTarget(name: "ServingBenchmark"),
    .executableTarget(name: "TrainingBenchmark", dependencies: [shortlist, kernels]),
  ]
)
