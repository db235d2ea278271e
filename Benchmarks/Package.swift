// swift-tools-version: 6.2
import PackageDescription

let shortlist = Target.Dependency.product(name: "Shortlist", package: "shortlist")
let tensorFlow = Target.Dependency.product(name: "ShortlistTensorFlow", package: "shortlist")
let kernels = Target.Dependency.product(name: "CShortlistKernels", package: "shortlist")

let package = Package(
  name: "benchmarks",
  platforms: [.macOS(.v15)],
  dependencies: [.package(name: "shortlist", path: "..", traits: [])],
  targets: [
    .executableTarget(name: "AnnBenchmark", dependencies: [shortlist]),
    .executableTarget(name: "ExportBenchmark", dependencies: [shortlist, tensorFlow]),
    .executableTarget(name: "FilterBenchmark", dependencies: [shortlist]),
    .executableTarget(name: "IndexBenchmark", dependencies: [shortlist, kernels]),
    .executableTarget(name: "KernelBenchmark", dependencies: [kernels]),
    .executableTarget(name: "LiveStress", dependencies: [shortlist]),
    .executableTarget(name: "PeerEvaluation", dependencies: [shortlist]),
    .executableTarget(name: "ReadBenchmark", dependencies: [shortlist]),
    .executableTarget(name: "RecordBenchmark", dependencies: [shortlist]),
    .executableTarget(name: "ScaNNBenchmark", dependencies: [shortlist]),
    .executableTarget(name: "TrainingBenchmark", dependencies: [shortlist, kernels]),
  ]
)
