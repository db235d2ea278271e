// swift-tools-version: 6.2
import PackageDescription

// Read bottom to top: a target imports only targets written above it. FloorPlanTests holds this.
let settings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  .enableExperimentalFeature("Lifetimes"),
]

func floor(
  _ name: String, on dependencies: Target.Dependency..., exclude: [String] = []
) -> Target {
  .target(
    name: name, dependencies: dependencies, exclude: ["README.md"] + exclude,
    swiftSettings: settings)
}

/// A product of a package that only the server needs.
func server(_ product: String, of package: String) -> Target.Dependency {
  .product(name: product, package: package, condition: .when(traits: ["Server"]))
}

func tests(
  of name: String, plus more: Target.Dependency..., exclude: [String] = []
) -> Target {
  .testTarget(
    name: name + "Tests", dependencies: [.byName(name: name), "ShortlistTesting"] + more,
    exclude: exclude, swiftSettings: settings)
}

/// What several test targets share.
func support(_ name: String, on dependencies: Target.Dependency...) -> Target {
  .target(
    name: name, dependencies: dependencies, path: "Tests/Support/\(name)", swiftSettings: settings)
}

let package = Package(
  name: "shortlist",
  platforms: [.macOS(.v15)],
  products: [
    .library(name: "Shortlist", targets: ["Shortlist"]),
    .library(name: "ShortlistTensorFlow", targets: ["ShortlistTensorFlow"]),
    .library(name: "ShortlistTesting", targets: ["ShortlistTesting"]),
    // The kernels alone, for the benchmarks.
    .library(name: "CShortlistKernels", targets: ["CShortlistKernels"]),
    .executable(name: "shortlist", targets: ["ShortlistCommand"]),
  ],
  traits: [
    .trait(name: "Server", description: "Serve models over HTTP and gRPC."),
    .default(enabledTraits: ["Server"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.2"),
    .package(
      url: "https://github.com/apple/swift-configuration.git", from: "1.4.0",
      traits: ["YAML"]),
    .package(url: "https://github.com/apple/swift-crypto.git", from: "4.5.2"),
    .package(url: "https://github.com/apple/swift-distributed-tracing.git", from: "1.7.0"),
    .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.0"),
    .package(url: "https://github.com/apple/swift-nio-http2.git", from: "1.46.0"),
    .package(url: "https://github.com/apple/swift-nio-ssl.git", from: "2.37.0"),
    .package(url: "https://github.com/apple/swift-protobuf.git", from: "1.39.0", traits: []),
    .package(url: "https://github.com/jpsim/Yams.git", from: "6.2.2"),
  ],
  targets: [
    // Floor 0. Kernels are optimised in debug builds too: at -O0 they are 70 times slower.
    .target(
      name: "CShortlistKernels", exclude: ["README.md"],
      cSettings: [.unsafeFlags(["-O2"], .when(configuration: .debug))]),
    .systemLibrary(
      name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]),

    // Floor 1
    floor("ShortlistTensors", on: "CShortlistKernels", "CZlib"),

    // Floor 2
    floor(
      "ShortlistData", on: "ShortlistTensors", .product(name: "Crypto", package: "swift-crypto")),
    floor("ShortlistIndex", on: "ShortlistTensors"),

    // Floor 3
    floor("ShortlistModels", on: "ShortlistTensors", "ShortlistData"),

    // Floor 4
    floor(
      "ShortlistTraining", on: "ShortlistTensors", "ShortlistData", "ShortlistIndex",
      "ShortlistModels"),
    floor(
      "ShortlistArtifacts", on: "ShortlistTensors", "ShortlistData", "ShortlistIndex",
      "ShortlistModels"),

    // Floor 5
    floor(
      "Shortlist", on: "ShortlistTensors", "ShortlistData", "ShortlistIndex", "ShortlistModels",
      "ShortlistTraining", "ShortlistArtifacts"),

    // Beside floor 5. What protoc generates is not strict about memory safety.
    .target(
      name: "ShortlistMessages",
      dependencies: [.product(name: "SwiftProtobuf", package: "swift-protobuf")],
      exclude: ["README.md", "Protos"],
      swiftSettings: [
        .swiftLanguageMode(.v6), .enableUpcomingFeature("InternalImportsByDefault"),
      ]),
    floor(
      "ShortlistTensorFlow", on: "ShortlistTensors", "ShortlistData", "ShortlistIndex",
      "ShortlistModels", "ShortlistTraining", "ShortlistArtifacts", "ShortlistMessages"),

    // Floor 6
    floor("ShortlistServing", on: "Shortlist", "ShortlistTensors", "ShortlistIndex"),

    // Floor 7
    floor(
      "ShortlistServer", on: "Shortlist", "ShortlistTensors", "ShortlistServing",
      "ShortlistTensorFlow", "ShortlistMessages", server("NIOCore", of: "swift-nio"),
      server("NIOPosix", of: "swift-nio"), server("NIOHTTP1", of: "swift-nio"),
      server("NIOTLS", of: "swift-nio"), server("NIOHTTP2", of: "swift-nio-http2"),
      server("NIOHPACK", of: "swift-nio-http2"),
      server("NIOSSL", of: "swift-nio-ssl"),
      server("Tracing", of: "swift-distributed-tracing"),
      exclude: ["Console/Files", "OpenAPI/openapi.json"]),

    // Floor 8
    .executableTarget(
      name: "ShortlistCommand",
      dependencies: [
        "Shortlist", "ShortlistTensorFlow", "ShortlistServing", "ShortlistServer",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Yams", package: "Yams"),
        server("Configuration", of: "swift-configuration"),
      ],
      exclude: ["README.md"], swiftSettings: settings),

    // Beside the tower
    floor("ShortlistTesting", on: "Shortlist"),

    support("ShortlistPython"),
    support(
      "ShortlistSamples", on: "Shortlist", "ShortlistArtifacts", "ShortlistTensorFlow",
      "ShortlistServing"),

    .testTarget(name: "FloorPlanTests", swiftSettings: settings),
    tests(of: "ShortlistTensors", plus: "CShortlistKernels"),
    tests(of: "ShortlistData"),
    tests(of: "ShortlistIndex"),
    tests(of: "ShortlistModels"),
    tests(of: "ShortlistTraining", exclude: ["Goldens"]),
    tests(of: "ShortlistArtifacts", exclude: ["Fixtures"]),
    tests(
      of: "ShortlistTensorFlow",
      plus: "Shortlist", "ShortlistMessages", "ShortlistPython", "ShortlistSamples",
      exclude: ["Python"]),
    tests(of: "ShortlistServing", plus: "Shortlist", "ShortlistSamples"),
    tests(
      of: "ShortlistServer",
      plus: "Shortlist", "ShortlistTensorFlow", "ShortlistServing", "ShortlistMessages",
      "ShortlistPython", "ShortlistSamples", server("NIOCore", of: "swift-nio"),
      server("NIOPosix", of: "swift-nio"), server("NIOHTTP2", of: "swift-nio-http2"),
      server("NIOHPACK", of: "swift-nio-http2"),
      server("InMemoryTracing", of: "swift-distributed-tracing"),
      server("Tracing", of: "swift-distributed-tracing"), exclude: ["Python"]),
    tests(
      of: "ShortlistCommand", plus: "Shortlist", "ShortlistSamples", "ShortlistPython",
      exclude: ["Python"]),
  ]
)
