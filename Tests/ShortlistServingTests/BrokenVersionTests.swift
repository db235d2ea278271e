import Foundation
import Shortlist
import ShortlistSamples
import Testing

@testable import ShortlistServing

@Suite("Versions that are broken")
struct BrokenVersionTests {
  private let movies = ModelSelection(name: "movies")

  @Test("A version with any file cut off never replaces a good one, and the file is named")
  func truncated() throws {
    try withArtefacts { artefacts in
      try artefacts.save("movies", seed: 1)
      let store = try artefacts.store()
      let files = try artefacts.files(of: "movies/1")
      #expect(files.count > 6)
      for (place, file) in files.enumerated() {
        let version = place + 2
        try artefacts.save("movies", seed: 2)
        let path = "movies/\(version)/\(file)"
        let bytes = try Data(contentsOf: artefacts.url(path))
        // One without its last byte, one that has just been begun.
        try bytes.prefix(place % 2 == 0 ? bytes.count - 1 : 0).write(to: artefacts.url(path))
        store.poll()
        #expect(try store.model(movies).version == 1)
        let error = try store.status(.init(name: "movies", version: version)).first?.error
        #expect(error?.code == .dataLoss)
        #expect(error?.message.contains(file) == true, "\(file): \(error?.message ?? "")")
      }
    }
  }

  @Test("A version that is still being copied is taken once it is whole")
  func copying() throws {
    try withArtefacts { artefacts in
      try artefacts.save("movies", seed: 1)
      let store = try artefacts.store()
      try artefacts.save("whole", seed: 2)
      // The manifest first, which is the worst order.
      let files = try artefacts.files(of: "whole/1")
      let order = ["manifest.json"] + files.filter { $0 != "manifest.json" }
      for file in order {
        #expect(try store.model(movies).version == 1)
        let target = artefacts.url("movies/2/\(file)")
        try FileManager.default.createDirectory(
          at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
        try FileManager.default.copyItem(at: artefacts.url("whole/1/\(file)"), to: target)
        store.poll()
      }
      #expect(try store.model(movies).version == 2)
      #expect(try store.status(.init(name: "movies", version: 2)).first?.error == nil)
    }
  }

  @Test("A version that may not be read never replaces a good one", .enabled(if: geteuid() != 0))
  func forbidden() throws {
    try withArtefacts { artefacts in
      try artefacts.save("movies", seed: 1)
      let store = try artefacts.store()
      try artefacts.save("movies", seed: 2)
      let file = artefacts.url("movies/2/weights.safetensors").path()
      try FileManager.default.setAttributes([.posixPermissions: 0], ofItemAtPath: file)
      store.poll()
      #expect(try store.model(movies).version == 1)
      let status = try store.status(.init(name: "movies", version: 2))
      #expect(status.first?.error?.message.contains("weights.safetensors") == true)
    }
  }

  @Test("What is no artefact at all never replaces a good one")
  func noArtefact() throws {
    try withArtefacts { artefacts in
      try artefacts.save("movies", seed: 1)
      let store = try artefacts.store()
      try artefacts.write("a file", to: "movies/2")
      try artefacts.write("a file", to: "movies/3/something")
      try artefacts.write("[]", to: "movies/4/manifest.json")
      try FileManager.default.createDirectory(
        at: artefacts.url("movies/5/manifest.json"), withIntermediateDirectories: true)
      try FileManager.default.createSymbolicLink(
        at: artefacts.url("movies/6"), withDestinationURL: artefacts.url("nowhere"))
      store.poll()
      #expect(try store.model(movies).version == 1)
      for version in 2...6 {
        let status = try store.status(.init(name: "movies", version: version))
        #expect(status.first?.state == .end && status.first?.error?.code == .dataLoss)
      }
    }
  }

  #if os(Linux)
    @Test("Versions that come and go leave no file open and no map behind")
    func descriptors() throws {
      try withArtefacts { artefacts in
        for seed in 1...2 { try artefacts.save("movies", seed: UInt64(seed)) }
        let store = try artefacts.store()
        let name = artefacts.url("movies").deletingLastPathComponent().lastPathComponent
        func open() throws -> (files: Int, maps: Int) {
          // Other tests run beside this one, so that only files of its folder count.
          let files = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")
          let maps = try String(contentsOfFile: "/proc/self/maps", encoding: .utf8)
          return (
            files.count { file in
              let target = try? FileManager.default.destinationOfSymbolicLink(
                atPath: "/proc/self/fd/\(file)")
              return target?.contains(name) == true
            },
            maps.split(separator: "\n").count { $0.contains(name) }
          )
        }
        let folder = artefacts.url("movies").path()
        func serve(_ version: Int) throws {
          try store.reload([.init(name: "movies", folder: folder, policy: .specific([version]))])
          _ = try store.model(movies).recommend(.init(user: "user 1"))
        }
        try serve(1)
        let before = try open()
        for turn in 1...200 { try serve(turn % 2 + 1) }
        let after = try open()
        #expect(after.files <= before.files)
        #expect(after.maps <= before.maps)
      }
    }
  #endif
}
