import Foundation
import Testing

/// Every floor with the modules it may import, bottom to top. Foundation is allowed everywhere above
/// the kernels, the operating system's C library in the files that talk to it.
private let floorPlan: [String: Set<String>] = [
  "ShortlistTensors": ["CShortlistKernels", "CZlib"],
  "ShortlistData": ["ShortlistTensors", "Crypto"],
  "ShortlistIndex": ["ShortlistTensors"],
  "ShortlistModels": ["ShortlistTensors", "ShortlistData"],
  "ShortlistTraining": ["ShortlistTensors", "ShortlistData", "ShortlistIndex", "ShortlistModels"],
  "ShortlistArtifacts": ["ShortlistTensors", "ShortlistData", "ShortlistIndex", "ShortlistModels"],
  "Shortlist": [
    "ShortlistTensors", "ShortlistData", "ShortlistIndex", "ShortlistModels", "ShortlistTraining",
    "ShortlistArtifacts",
  ],
  "ShortlistTesting": [
    "ShortlistTensors", "ShortlistData", "ShortlistIndex", "ShortlistModels", "ShortlistTraining",
    "ShortlistArtifacts", "Shortlist", "Testing",
  ],
  "ShortlistMessages": ["SwiftProtobuf"],
  "ShortlistTensorFlow": [
    "ShortlistTensors", "ShortlistData", "ShortlistIndex", "ShortlistModels", "ShortlistTraining",
    "ShortlistArtifacts", "ShortlistMessages",
  ],
  "ShortlistServing": ["Shortlist", "ShortlistTensors", "ShortlistIndex"],
  "ShortlistServer": [
    "Shortlist", "ShortlistTensors", "ShortlistServing", "ShortlistTensorFlow",
    "ShortlistMessages", "NIOCore", "NIOPosix", "NIOHTTP1", "NIOHTTP2", "NIOHPACK", "NIOSSL",
    "NIOTLS", "Tracing",
  ],
  "ShortlistCommand": [
    "Shortlist", "ShortlistTensorFlow", "ShortlistServing", "ShortlistServer", "ArgumentParser",
    "Yams", "Configuration",
  ],
]

private let everywhere: Set<String> = [
  "Foundation", "FoundationEssentials", "FoundationNetworking", "Synchronization", "Dispatch",
  "Glibc", "Musl", "Darwin",
]

private let sources = URL(filePath: #filePath).deletingLastPathComponent()
  .appending(path: "../../Sources").standardizedFileURL

/// The Swift files of a floor with the modules that each imports.
private func imports(of floor: String) throws -> [(file: String, module: String)] {
  let folder = sources.appending(path: floor)
  let files = try #require(
    FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil))
  var found: [(String, String)] = []
  for case let file as URL in files where file.pathExtension == "swift" {
    for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n") {
      let pattern =
        /^\s*(?:(?:public|package|internal|private|fileprivate|@\w+) )*import (?:(?:struct|enum|class|func) )?(\w+)/
      guard line.utf8.count < 200, line.contains("import "),
        let match = line.firstMatch(of: pattern)
      else { continue }
      found.append((file.lastPathComponent, String(match.1)))
    }
  }
  return found
}

@Suite("Floor plan")
struct FloorPlanTests {
  @Test("Each floor imports only what the plan allows", arguments: floorPlan.keys.sorted())
  func floorImportsOnlyBelow(floor: String) throws {
    for (file, module) in try imports(of: floor) {
      #expect(
        floorPlan[floor, default: []].contains(module) || everywhere.contains(module),
        "\(file) imports \(module), which is not below \(floor)")
    }
  }

  @Test("Every Swift target is in the plan")
  func planIsComplete() throws {
    let folders = try FileManager.default.contentsOfDirectory(atPath: sources.path())
    let swift = folders.filter { !$0.hasPrefix("C") }
    #expect(Set(swift) == Set(floorPlan.keys))
  }

  @Test(
    "A third-party package is imported by one target",
    arguments: [
      "ArgumentParser", "Yams", "Crypto", "SwiftProtobuf", "CZlib", "Configuration", "Tracing",
    ])
  func oneImporter(package: String) throws {
    let importers = try floorPlan.keys.filter { floor in
      try imports(of: floor).contains { $0.module == package }
    }
    #expect(importers.count <= 1, "\(package) is imported by \(importers.sorted())")
  }

  @Test("Only ShortlistTensors, and what protoc generates, says unsafe")
  func unsafeStaysOnFloorOne() throws {
    for floor in floorPlan.keys.sorted() where floor != "ShortlistTensors" {
      let files = try #require(
        FileManager.default.enumerator(
          at: sources.appending(path: floor), includingPropertiesForKeys: nil))
      for case let file as URL in files
      where file.pathExtension == "swift" && !file.lastPathComponent.hasSuffix(".pb.swift") {
        let text = try String(contentsOf: file, encoding: .utf8)
        let saysUnsafe = text.contains("unsafe") && text.contains(/\bunsafe\b(?!Flags)/)
        #expect(!saysUnsafe, "\(floor)/\(file.lastPathComponent) says unsafe")
      }
    }
  }
}
