// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [.swiftLanguageMode(.v6), .enableUpcomingFeature("ExistentialAny")]

let package = Package(
  name: "shortlist-benchmarks",
  platforms: [.macOS(.v15)],
  dependencies: [
    // Without the default traits: no benchmark here needs the server's packages.
    .package(name: "shortlist", path: "..", traits: [])
  ],
  targets: [
    .executableTarget(
      name: "KernelBenchmark",
      dependencies: [.product(name: "CShortlistKernels", package: "shortlist")],
      swiftSettings: settings),
    .executableTarget(
      name: "ReadBenchmark", dependencies: [.product(name: "Shortlist", package: "shortlist")],
      swiftSettings: settings),
  ]
)
