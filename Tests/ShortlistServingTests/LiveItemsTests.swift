import Foundation
import Shortlist
import ShortlistSamples
import Testing

@testable import ShortlistServing

private let movies = ModelSelection(name: "movies")

/// What somebody gets, with everything seen.
private func recommended(
  _ store: ModelStore, _ selection: ModelSelection = movies, k: Int = 40, filter: ItemFilter? = nil,
  exclude: [String] = [], include: [String]? = nil
) throws -> [Recommendation] {
  try store.model(selection).recommend(
    .init(
      user: "user 1", k: k, exclude: exclude, include: include, filter: filter,
      excludesSeen: false)
  ).items
}

@Suite("Items that change while they are served")
struct LiveItemsTests {
  @Test("An item with features is recommended, similar and filtered at once, by every version")
  func features() throws {
    try withArtefacts { artefacts in
      for seed in 1...2 { try artefacts.save("movies", seed: UInt64(seed), readsGenres: true) }
      let store = try artefacts.store()
      let folder = artefacts.url("movies").path()
      try store.reload([.init(name: "movies", folder: folder, policy: .all)])
      try store.upsert(
        [
          LiveItem("new comedy", features: ["genre": "comedy"]),
          LiveItem("new drama", features: ["genre": "drama"]),
        ], in: movies)
      for version in 1...2 {
        let selection = ModelSelection(name: "movies", version: version)
        let model = try store.model(selection)
        let all = try recommended(store, selection)
        #expect(all.count == 32 && Set(all.map(\.identifier)).count == 32)
        #expect(all.map(\.score) == all.map(\.score).sorted(by: >))
        // The score is that of the candidate tower.
        let vectors = try model.retriever.model.embedCandidates(
          Dataset([
            ("movie_title", .init(["new comedy", "new drama"])),
            ("genre", .init(["comedy", "drama"])),
          ]), identifiedBy: "movie_title"
        ).embeddings
        let query = try model.retriever.model.embedQueries(
          Dataset([("user_id", .init(["user 1"]))]))
        for (row, name) in ["new comedy", "new drama"].enumerated() {
          let score = try #require(all.first { $0.identifier == name }?.score)
          let dot = (0..<8).reduce(Float(0)) { $0 + vectors[row, $1] * query[0, $1] }
          #expect(abs(score - dot) < 1e-6)
        }
        let comedies = try recommended(store, selection, filter: .equals("genre", "comedy"))
        #expect(comedies.count == 11 && comedies.contains { $0.identifier == "new comedy" })
        let some = try recommended(
          store, selection, exclude: ["new drama"], include: ["new drama", "new comedy", "item 3"])
        #expect(Set(some.map(\.identifier)) == ["new comedy", "item 3"])
        let near = try model.similar(.init(item: "new drama", k: 40))
        #expect(near.count == 31 && !near.contains { $0.identifier == "new drama" })
        let of = try model.similar(
          .init(item: "item 1", k: 40, exclude: ["item 2"], filter: .equals("genre", "drama")))
        #expect(of.contains { $0.identifier == "new drama" } && of.count == 19)
        #expect(!of.contains { $0.identifier == "item 2" })
        // Clients of TensorFlow Serving see the same catalogue.
        let found = try model.search(40, for: .init([("user_id", .init(["user 1"]))]))[0]
        #expect(Array(found) == all)
      }
    }
  }

  @Test(
    "A vector is compared as it is, replaced by the next, and passes no filter without features")
  func vectors() throws {
    try withArtefacts { artefacts in
      try artefacts.save("movies", seed: 1)
      let store = try artefacts.store()
      let query = try store.model(movies).retriever.model.embedQueries(
        Dataset([("user_id", .init(["user 1"]))]))
      let direction = (0..<8).map { query[0, $0] }
      let square = direction.reduce(0) { $0 + $1 * $1 }
      for factor in [Float(1000), 2000, -1000] {
        try store.upsert([LiveItem("new", vector: direction.map { factor * $0 })], in: movies)
        let all = try recommended(store)
        #expect(all.count == 31)
        let found = try #require(factor > 0 ? all.first : all.last)
        #expect(found.identifier == "new")
        #expect(abs(found.score / (factor * square) - 1) < 1e-5)
      }
      #expect(
        try recommended(store, filter: .not(.equals("genre", "x"))).count
          == 30)
      try store.upsert(
        [LiveItem("new", features: ["genre": "x"], vector: direction)], in: movies)
      #expect(
        try recommended(store, filter: .equals("genre", "x"))
          .map(\.identifier) == ["new"])
    }
  }

  @Test("A vector belongs to its version; another says why it leaves the item out")
  func otherVersion() throws {
    try withArtefacts { artefacts in
      try artefacts.save("movies", seed: 1)
      let store = try artefacts.store()
      try store.upsert(
        [
          LiveItem("new", vector: [Float](repeating: 1, count: 8)),
          LiveItem("item 3", vector: [Float](repeating: 1, count: 8)),
        ], in: movies)
      #expect(try recommended(store).count == 31)
      try artefacts.save("movies", seed: 2, dimensions: 6)
      store.poll()
      let model = try store.model(movies)
      #expect(model.version == 2)
      // Its own item 3 counts.
      #expect(try recommended(store).count == 30)
      #expect(model.refusedChanges.map(\.item) == ["new"])
      #expect(
        model.refusedChanges.first?.reason.contains("given as a vector, for another version")
          == true)
      let error = #expect(throws: ServingError.self) {
        try store.upsert([LiveItem("new", vector: [1, 2])], in: movies)
      }
      #expect(error?.message.contains("has a vector of 2 dimensions; the model's have 6") == true)
      try store.upsert([LiveItem("new", vector: [1, 2, 3, 4, 5, 6])], in: movies)
      #expect(try recommended(store).count == 31)
      // Both versions know the item now, each by its own vector.
      let folder = artefacts.url("movies").path()
      try store.reload([.init(name: "movies", folder: folder, policy: .all)])
      let old = try store.model(.init(name: "movies", version: 1))
      #expect(try old.recommend(.init(user: "user 1", k: 40, excludesSeen: false)).count == 31)
      #expect(old.refusedChanges.isEmpty)
    }
  }

  @Test(
    "What does not fit is refused whole, and says what is wrong",
    arguments: [
      (LiveItem("new", features: [:]), "lacks the features \"genre\"; items have \"genre\""),
      (LiveItem("new", features: ["genre": 3]), "has a number as \"genre\"; expected a text"),
      (LiveItem("new", features: ["genre": ["a"]]), "has a list as \"genre\"; expected a text"),
      (LiveItem("new", features: ["genre": "comedy", "year": 1]), "has the feature \"year\""),
      (LiveItem("new", features: ["genre": "unheard of"]), "knows anything; give its vector"),
      (LiveItem("new"), "has neither features nor a vector"),
      (LiveItem("new", vector: [1]), "has a vector of 1 dimensions; the model's have 8"),
      (LiveItem("new", vector: Array(repeating: .nan, count: 8)), "not finite"),
      (LiveItem("", vector: Array(repeating: 1, count: 8)), "has 0 bytes"),
      (
        LiveItem(String(repeating: "x", count: 70_000), vector: Array(repeating: 1, count: 8)),
        "has 70000 bytes"
      ),
    ])
  func refused(item: LiveItem, message: String) throws {
    try withArtefacts { artefacts in
      try artefacts.save("movies", seed: 1, readsGenres: true)
      let store = try artefacts.store()
      let good = LiveItem("good", features: ["genre": "drama"])
      for items in [[item], [good, item]] {
        let error = #expect(throws: ServingError.self) { try store.upsert(items, in: movies) }
        #expect(error?.code == .invalidArgument)
        #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
      }
      #expect(try recommended(store).count == 30)
      var limits = ServingLimits()
      limits.identifiers = 1
      let many = #expect(throws: ServingError.self) {
        try store.upsert([good, good], in: movies, within: limits)
      }
      #expect(many?.code == .invalidArgument)
      let other = #expect(throws: ServingError.self) {
        try store.upsert([good], in: .init(name: "songs"))
      }
      #expect(other?.code == .notFound)
    }
  }

  @Test("What is deleted never comes again: not by any call, a reload, or a new version")
  func deleted() throws {
    try withArtefacts { artefacts in
      try artefacts.save("movies", seed: 1)
      func check(_ store: ModelStore) throws {
        let model = try store.model(movies)
        #expect(try recommended(store).count == 28)
        #expect(
          try !recommended(store).contains {
            ["item 1", "item 2"].contains($0.identifier)
          })
        #expect(try model.recommend(.init(user: "nobody", k: 40)).basis == .popularity)
        #expect(try model.recommend(.init(user: "nobody", k: 40)).count == 28)
        #expect(try model.similar(.init(item: "item 3", k: 40)).count == 27)
        #expect(try model.search(40, for: .init([("user_id", .init(["user 1"]))]))[0].count == 28)
        #expect(
          try recommended(store, include: ["item 1", "item 4"]).count == 1)
        let error = #expect(throws: ServingError.self) {
          try model.similar(.init(item: "item 1"))
        }
        #expect(error?.code == .notFound)
        #expect(error?.message.contains("did you mean \"item 1\"?") == false)
      }
      do {
        let store = try artefacts.store()
        #expect(try store.delete(["item 1", "nothing", "item 2"], in: movies) == ["nothing"])
        #expect(try store.delete(["item 1"], in: movies) == ["item 1"])
        try check(store)
      }
      let store = try artefacts.store()
      try check(store)
      try artefacts.save("movies", seed: 2)
      store.poll()
      #expect(try store.model(movies).version == 2)
      try check(store)
      // Given again, they are there again.
      try store.upsert(
        [
          LiveItem("item 1", features: ["genre": "drama"]),
          LiveItem("item 2", vector: [Float](repeating: 1, count: 8)),
        ], in: movies)
      #expect(try recommended(store).count == 30)
    }
  }

  @Test("An item that takes the place of one has its columns, its vector and its popularity")
  func replaced() throws {
    try withArtefacts { artefacts in
      try artefacts.save("movies", seed: 1)
      let store = try artefacts.store()
      let before = try store.model(movies).recommend(.init(user: "nobody", k: 40))
      let vectors = try recommended(store)
      try store.upsert([LiveItem("item 4", features: ["genre": "western"])], in: movies)
      #expect(
        try recommended(store, filter: .equals("genre", "western"))
          .map(\.identifier) == ["item 4"])
      // The tower knows the title alone, so its vector is the same.
      let after = try recommended(store)
      #expect(after.map(\.identifier) == vectors.map(\.identifier))
      let model = try store.model(movies)
      #expect(try model.recommend(.init(user: "nobody", k: 40)) == before)
      // Given as the catalogue has it, it needs no place beside it.
      try store.upsert([LiveItem("item 4", features: ["genre": "drama"])], in: movies)
      #expect(model.overlay.isEmpty)
      let item = try #require(model.liveItem("item 4"))
      #expect(item.features == ["genre": "drama"] && item.vector?.count == 8)
      #expect(model.liveItem("nothing") == nil)
      #expect(model.overlay.redundant == ["item 4"])
      // One without popularity comes last, and fills what is asked for.
      try store.upsert([LiveItem("new", vector: [Float](repeating: 1, count: 8))], in: movies)
      let all = try model.recommend(.init(user: "nobody", k: 40))
      #expect(all.count == 31 && all.last == Recommendation(identifier: "new", score: 0))
      #expect(try model.recommend(.init(user: "nobody", k: 30)).items == before.items)
    }
  }

  @Test("Readers see each change whole while others write")
  func concurrent() throws {
    try withArtefacts { artefacts in
      try artefacts.save("movies", seed: 1)
      let store = try artefacts.store()
      let stop = Flag()
      let wrong = Counter()
      let answered = Counter()
      let group = DispatchGroup()
      for _ in 0..<2 {
        group.enter()
        Thread.detachNewThread {
          while !stop.isSet {
            do {
              let model = try store.model(movies)
              let found = try model.recommend(
                .init(user: "user 1", k: 500, excludesSeen: false))
              // Pairs come and go together, with one score.
              let pairs = found.filter { $0.identifier.hasPrefix("pair") }
              let scores = Dictionary(grouping: pairs) { $0.identifier.dropLast() }
              if scores.values.contains(where: { $0.count != 2 || $0[0].score != $0[1].score }) {
                wrong.add()
              }
              if Set(found.map(\.identifier)).count != found.count { wrong.add() }
              if found.count != 30 + pairs.count { wrong.add() }
              answered.add()
            } catch { wrong.add() }
          }
          group.leave()
        }
      }
      DispatchQueue.concurrentPerform(iterations: 4) { writer in
        for round in 0..<25 {
          let vector = (0..<8).map { Float($0 * round + writer) / 100 }
          let names = ["a", "b"].map { "pair \(writer) \(round % 5)\($0)" }
          do {
            try store.upsert(names.map { LiveItem($0, vector: vector) }, in: movies)
            if round % 7 == 6 { try store.delete(names, in: movies) }
          } catch { wrong.add() }
        }
      }
      stop.set()
      group.wait()
      #expect(wrong.value == 0)
      #expect(answered.value > 5)
      let before = try recommended(store, k: 500)
      let again = try ModelStore(
        ModelConfiguration.models(in: artefacts.url("").path()),
        state: artefacts.url("elsewhere"))
      #expect(try recommended(again, k: 500).count == 30)
      #expect(before.count > 40)
    }
  }
}
