import Foundation
import Shortlist
import ShortlistSamples
import Testing

@testable import ShortlistServing

private let movies = ModelSelection(name: "movies")

@Suite("Files of changes while models are served")
struct LiveFilesTests {
  private func ones(_ factor: Float = 1) -> [Float] { [Float](repeating: factor, count: 8) }

  private func count(_ store: ModelStore) throws -> Int {
    try store.model(movies).recommend(.init(user: "user 1", k: 100, excludesSeen: false)).count
  }

  @Test("The folder is made at the first change, where it was said")
  func lazy() throws {
    try withArtefacts { artefacts in
      try artefacts.save("movies", seed: 1)
      let manager = FileManager.default
      let store = try artefacts.store()
      _ = try count(store)
      #expect(!manager.fileExists(atPath: artefacts.url(".live").path()))
      try store.upsert([LiveItem("new", vector: ones())], in: movies)
      #expect(
        try manager.contentsOfDirectory(atPath: artefacts.url(".live/movies").path()).sorted()
          == ["events", "items", "lock"])
      let state = artefacts.url("state")
      let other = try artefacts.store(state: state)
      #expect(try count(other) == 30)
      try other.append([LiveEvent(user: "a", item: "b")], to: movies)
      #expect(manager.fileExists(atPath: state.appending(path: "movies/events").path()))
    }
  }

  @Test("A model's name never leads out of the folder of changes", arguments: ["..", ".", ".x"])
  func names(name: String) throws {
    try withArtefacts { artefacts in
      try artefacts.save("movies", seed: 1)
      let state = artefacts.url("state/changes")
      try FileManager.default.createDirectory(at: state, withIntermediateDirectories: true)
      let store = try ModelStore(
        [.init(name: name, folder: artefacts.url("movies").path())], state: state)
      let error = #expect(throws: ServingError.self) {
        try store.upsert([LiveItem("new", vector: ones())], in: .init(name: name))
      }
      #expect(error?.code == .failedPrecondition)
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: artefacts.url("state").path())
          == ["changes"])
    }
  }

  @Test("A reload that is refused leaves changes where they were")
  func refusedReload() throws {
    try withArtefacts { artefacts in
      try artefacts.save("movies", seed: 1)
      try artefacts.save("elsewhere/movies", seed: 2)
      let store = try artefacts.store()
      try store.upsert([LiveItem("before", vector: ones())], in: movies)
      let elsewhere = ModelConfiguration(
        name: "movies", folder: artefacts.url("elsewhere/movies").path(), labels: ["a": 7])
      #expect(throws: ServingError.self) { try store.reload([elsewhere]) }
      try store.upsert([LiveItem("after", vector: ones(2))], in: movies)
      let model = try store.model(movies)
      #expect(model.liveItem("before") != nil && model.liveItem("after") != nil)
      #expect(
        !FileManager.default.fileExists(atPath: artefacts.url("elsewhere/.live").path()))
    }
  }

  @Test("A second process serves what it finds, and says where changes go")
  func second() throws {
    try withArtefacts { artefacts in
      try artefacts.save("movies", seed: 1)
      let first = try artefacts.store()
      try first.upsert([LiveItem("new", vector: ones())], in: movies)
      let second = try artefacts.store()
      #expect(try count(second) == 31)
      for change in [
        { try second.upsert([LiveItem("more", vector: ones())], in: movies) },
        { try second.delete(["item 1"], in: movies) },
        { try second.append([LiveEvent(user: "a", item: "b")], to: movies) },
      ] as [() throws -> Void] {
        let error = #expect(throws: ServingError.self) { try change() }
        #expect(error?.code == .failedPrecondition)
        #expect(error?.message.contains("another process") == true)
      }
      #expect(try count(second) == 31)
      try first.upsert([LiveItem("more", vector: ones())], in: movies)
      #expect(try count(first) == 32)
    }
  }

  @Test("When the other process has ended, changes go on from what it left")
  func afterwards() throws {
    try withArtefacts { artefacts in
      try artefacts.save("movies", seed: 1)
      var second: ModelStore?
      do {
        let first = try artefacts.store()
        try first.upsert([LiveItem("new", vector: ones())], in: movies)
        second = try artefacts.store()
        try first.upsert([LiveItem("more", vector: ones())], in: movies)
        try first.delete(["new"], in: movies)
      }
      let store = try #require(second)
      #expect(try count(store) == 31)
      try store.upsert([LiveItem("last", vector: ones())], in: movies)
      #expect(try count(store) == 32)
      #expect(try store.model(movies).liveItem("more") != nil)
      #expect(try store.model(movies).liveItem("new") == nil)
    }
  }

  @Test("Where nothing can be written, models are served and changes refused")
  func unwritable() throws {
    try withArtefacts { artefacts in
      try artefacts.save("movies", seed: 1)
      try Data().write(to: artefacts.url(".live"))
      let store = try artefacts.store()
      #expect(try count(store) == 30)
      let error = #expect(throws: ServingError.self) {
        try store.upsert([LiveItem("new", vector: ones())], in: movies)
      }
      #expect(error?.code == .failedPrecondition)
      #expect(error?.message.contains(".live") == true)
      #expect(try count(store) == 30)
      // Mended, it goes on.
      try FileManager.default.removeItem(at: artefacts.url(".live"))
      try store.upsert([LiveItem("new", vector: ones())], in: movies)
      #expect(try count(store) == 31)
    }
  }

  @Test("A log cut at any byte loses only the change that was cut")
  func torn() throws {
    try withArtefacts { artefacts in
      try artefacts.save("movies", seed: 1)
      var ends = [0]
      let (items, events) = (
        artefacts.url(".live/movies/items"), artefacts.url(".live/movies/events")
      )
      func size(_ file: URL) throws -> Int { try Data(contentsOf: file).count }
      do {
        let store = try artefacts.store()
        for number in 0..<3 {
          try store.upsert(
            [
              LiveItem(
                "new \(number)", features: ["genre": "x"], vector: ones(Float(number + 1)))
            ], in: movies)
          ends.append(try size(items))
        }
        try store.delete(["new 0"], in: movies)
        ends.append(try size(items))
        try store.append([LiveEvent(user: "ada", item: "item 3")], to: movies)
      }
      let counts = [30, 31, 32, 33, 32]
      let whole = try Data(contentsOf: items)
      #expect(ends.last == whole.count)
      for length in stride(from: whole.count, through: 0, by: -1) {
        try whole.prefix(length).write(to: items)
        let store = try artefacts.store()
        let changes = try #require(ends.lastIndex { $0 <= length })
        #expect(try count(store) == counts[changes])
        #expect(try store.model(movies).live.items(of: "ada") == ["item 3"])
        // What comes next stands behind the last whole record.
        try store.upsert([LiveItem("next", vector: ones())], in: movies)
        #expect(try count(store) == counts[changes] + 1)
      }
      let event = try Data(contentsOf: events)
      try event.dropLast(3).write(to: events)
      #expect(try artefacts.store().model(movies).live.items(of: "ada").isEmpty)
    }
  }

  @Test("Logs that are written anew all the time lose nothing, and leave nothing behind")
  func rewritten() throws {
    try withArtefacts { artefacts in
      try artefacts.save("movies", seed: 1)
      var limits = LiveLimits()
      limits.log = 1_000
      func store() throws -> ModelStore {
        try ModelStore(
          ModelConfiguration.models(in: artefacts.url("").path()), limits: limits)
      }
      let failures = Counter()
      do {
        let store = try store()
        DispatchQueue.concurrentPerform(iterations: 4) { writer in
          for round in 0..<60 {
            do {
              try store.upsert(
                [LiveItem("item \(writer) \(round % 10)", vector: ones(Float(round)))], in: movies)
              try store.append(
                [LiveEvent(user: "user \(writer)", item: "item \(round)")], to: movies)
              if round == 55 { try store.delete(["item \(writer) 3"], in: movies) }
            } catch { failures.add() }
          }
        }
      }
      #expect(failures.value == 0)
      // As a kill in the middle of it leaves it.
      try Data("half".utf8).write(to: artefacts.url(".live/movies/.items.x.part"))
      let again = try store()
      let model = try again.model(movies)
      #expect(try count(again) == 30 + 36)
      for writer in 0..<4 {
        #expect(model.live.items(of: "user \(writer)") == (0..<60).map { "item \($0)" })
        for number in 0..<10 where number != 3 {
          #expect(
            model.liveItem("item \(writer) \(number)")?.vector == ones(Float(50 + number)))
        }
      }
      let names = try FileManager.default.contentsOfDirectory(
        atPath: artefacts.url(".live/movies").path())
      #expect(names.sorted() == ["events", "items", "lock"])
      for name in ["items", "events"] {
        let size = try Data(contentsOf: artefacts.url(".live/movies/\(name)")).count
        #expect(size < 20_000, "\(name): \(size)")
      }
    }
  }

  @Test("Any bit that flips is told with file and place, and nothing is served from it")
  func flips() throws {
    try withArtefacts { artefacts in
      try artefacts.save("movies", seed: 1)
      do {
        let store = try artefacts.store()
        try store.upsert(
          [LiveItem("new", features: ["genre": "x"], vector: ones())], in: movies)
        try store.append([LiveEvent(user: "ada", item: "item 3")], to: movies)
      }
      for name in ["items", "events"] {
        let file = artefacts.url(".live/movies/\(name)")
        let whole = try Data(contentsOf: file)
        for place in stride(from: 0, to: whole.count, by: 3) {
          var damaged = whole
          damaged[place] ^= 1 << UInt8(place % 8)
          try damaged.write(to: file)
          let status = try artefacts.store().status(movies)
          #expect(status.first?.error?.code == .dataLoss, "byte \(place)")
          #expect(status.first?.error?.message.contains("movies/\(name)") == true)
        }
        try whole.write(to: file)
      }
      #expect(try count(artefacts.store()) == 31)
    }
  }

  @Test("More changes than are kept are refused, after those that are needed no more are forgotten")
  func full() throws {
    try withArtefacts { artefacts in
      try artefacts.save("movies", seed: 1, readsGenres: true)
      var limits = LiveLimits()
      (limits.items, limits.log) = (6, 500)
      let store = try ModelStore(
        ModelConfiguration.models(in: artefacts.url("").path()), limits: limits)
      for number in 0..<4 {
        try store.upsert([LiveItem("new \(number)", features: ["genre": "drama"])], in: movies)
      }
      try store.delete(["item 1", "item 2"], in: movies)
      // Replacing takes no place.
      try store.upsert([LiveItem("new 1", features: ["genre": "comedy"])], in: movies)
      let error = #expect(throws: ServingError.self) {
        try store.upsert([LiveItem("new 4", features: ["genre": "drama"])], in: movies)
      }
      #expect(error?.code == .resourceExhausted)
      #expect(error?.message.contains("6 are the limit") == true)
      #expect(try count(store) == 32)
      // A version that was trained with them: 30 and 32 are comedies there, 31 and 33 dramas.
      try artefacts.save(
        "movies", seed: 2, readsGenres: true, more: (0..<4).map { "new \($0)" })
      store.poll()
      #expect(try store.model(movies).version == 2)
      #expect(try count(store) == 32)
      #expect(try store.model(movies).overlay.redundant == ["new 2"])
      try store.upsert([LiveItem("new 4", features: ["genre": "drama"])], in: movies)
      #expect(try count(store) == 33)
      #expect(try store.model(movies).overlay.redundant.isEmpty)
    }
  }
}
