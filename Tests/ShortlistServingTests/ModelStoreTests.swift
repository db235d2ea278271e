import Foundation
import Shortlist
import ShortlistSamples
import Testing

@testable import ShortlistServing

@Suite("Versions of models")
struct ModelStoreTests {
  @Test("The latest version answers, and a new one takes its place")
  func latest() throws {
    try withArtefacts { artefacts in
      try artefacts.save("movies", seed: 1)
      let store = try artefacts.store()
      #expect(try store.model(.init(name: "movies")).version == 1)
      let old = try store.model(.init(name: "movies"))
      try artefacts.save("movies", seed: 2)
      store.poll()
      #expect(try store.model(.init(name: "movies")).version == 2)
      #expect(try store.status(.init(name: "movies")).map(\.state) == [.available, .end])
      // A request that has begun ends on the version that it has.
      #expect(try old.recommend(.init(user: "user 1", k: 3)).count == 3)
      let error = #expect(throws: ServingError.self) {
        try store.model(.init(name: "movies", version: 1))
      }
      #expect(error?.code == .notFound)
      #expect(error?.message == "Servable not found for request: Specific(movies, 1)")
    }
  }

  @Test("A version that cannot be loaded never replaces one that could, and says why")
  func broken() throws {
    try withArtefacts { artefacts in
      try artefacts.save("movies", seed: 1)
      let store = try artefacts.store()
      try artefacts.save("movies", seed: 2)
      try artefacts.damage("movies/2/weights.safetensors")
      store.poll()
      #expect(try store.model(.init(name: "movies")).version == 1)
      let status = try store.status(.init(name: "movies", version: 2))
      #expect(status.first?.state == .end)
      #expect(status.first?.error?.code == .dataLoss)
      #expect(status.first?.error?.message.contains("weights.safetensors") == true)
      #expect(artefacts.failures == 1)
      store.poll()
      #expect(artefacts.failures == 1)
      // Mended, it is tried again.
      try FileManager.default.removeItem(at: artefacts.url("movies/2"))
      try artefacts.save("movies/2", seed: 2)
      store.poll()
      #expect(try store.model(.init(name: "movies")).version == 2)
    }
  }

  @Test("A start with a broken latest version falls back to the one before")
  func fallsBack() throws {
    try withArtefacts { artefacts in
      try artefacts.save("movies", seed: 1)
      try artefacts.save("movies", seed: 2)
      try artefacts.damage("movies/2/candidates.safetensors")
      let store = try artefacts.store()
      #expect(try store.model(.init(name: "movies")).version == 1)
      #expect(store.isReady)
    }
  }

  @Test("Policies keep what they name, labels lead to versions, and back")
  func policies() throws {
    try withArtefacts { artefacts in
      for seed in 1...3 { try artefacts.save("movies", seed: UInt64(seed)) }
      let store = try artefacts.store()
      func versions() throws -> [Int] {
        try store.status(.init(name: "movies")).filter { $0.state == .available }.map(\.version)
      }
      #expect(try versions() == [3])
      let folder = artefacts.url("movies").path()
      try store.reload([.init(name: "movies", folder: folder, policy: .all)])
      #expect(try versions() == [3, 2, 1])
      try store.reload([.init(name: "movies", folder: folder, policy: .latest(2))])
      #expect(try versions() == [3, 2])
      try store.reload([
        .init(
          name: "movies", folder: folder, policy: .specific([1, 3]),
          labels: ["stable": 1, "canary": 3])
      ])
      #expect(try versions() == [3, 1])
      #expect(try store.model(.init(name: "movies", label: "stable")).version == 1)
      #expect(try store.model(.init(name: "movies", label: "canary")).version == 3)
      let unknown = #expect(throws: ServingError.self) {
        try store.model(.init(name: "movies", label: "beta"))
      }
      #expect(unknown?.code == .invalidArgument)
      #expect(unknown?.message.contains("canary, stable") == true)
      // A label without its version changes nothing.
      let refused = #expect(throws: ServingError.self) {
        try store.reload([
          .init(name: "movies", folder: folder, policy: .specific([1]), labels: ["next": 9])
        ])
      }
      #expect(refused?.code == .failedPrecondition)
      #expect(try versions() == [3, 1])
      // Roll back.
      try store.reload([.init(name: "movies", folder: folder, policy: .specific([2]))])
      #expect(try store.model(.init(name: "movies")).version == 2)
    }
  }

  @Test("A list of models replaces the one before; one that makes no sense changes nothing")
  func reload() throws {
    try withArtefacts { artefacts in
      try artefacts.save("movies", seed: 1)
      try artefacts.save("songs", seed: 2)
      let store = try artefacts.store()
      #expect(store.names == ["movies", "songs"])
      let songs = ModelConfiguration(name: "songs", folder: artefacts.url("songs").path())
      try store.reload([songs])
      #expect(store.names == ["songs"])
      let error = #expect(throws: ServingError.self) { try store.model(.init(name: "movies")) }
      #expect(error?.message == "Servable not found for request: Latest(movies)")
      for list in [
        [songs, songs], [.init(name: "a/b", folder: "x")], [.init(name: "", folder: "x")],
        [.init(name: "a", folder: "x", policy: .latest(0))],
        [.init(name: "a", folder: "x", policy: .specific([]))],
      ] as [[ModelConfiguration]] {
        let refused = #expect(throws: ServingError.self) { try store.reload(list) }
        #expect(refused?.code == .invalidArgument)
        #expect(store.names == ["songs"])
      }
    }
  }

  @Test("A folder that goes away takes nothing with it that answers")
  func folderGone() throws {
    try withArtefacts { artefacts in
      try artefacts.save("movies", seed: 1)
      let store = try artefacts.store()
      try FileManager.default.removeItem(at: artefacts.url("movies"))
      store.poll()
      #expect(try store.model(.init(name: "movies")).recommend(.init(user: "user 1")).count == 10)
    }
  }

  @Test("Requests never fail while versions come and go")
  func underLoad() throws {
    try withArtefacts { artefacts in
      try artefacts.save("movies", seed: 1)
      let store = try artefacts.store()
      store.watch(every: .milliseconds(5))
      defer { store.stopWatching() }
      let stop = Flag()
      let failures = Counter()
      let answered = Counter()
      let group = DispatchGroup()
      for _ in 0..<2 {
        group.enter()
        Thread.detachNewThread {
          while !stop.isSet {
            do {
              let model = try store.model(.init(name: "movies"))
              if try model.recommend(.init(user: "user 1")).count != 10 { failures.add() }
              answered.add()
            } catch { failures.add() }
          }
          group.leave()
        }
      }
      for seed in 2...6 {
        try artefacts.save("movies", seed: UInt64(seed))
        while try store.model(.init(name: "movies")).version != seed { usleep(1000) }
      }
      stop.set()
      group.wait()
      #expect(failures.value == 0)
      #expect(answered.value > 10)
    }
  }
}
