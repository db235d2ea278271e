import Foundation
import Shortlist
import ShortlistSamples
import Testing

@testable import ShortlistServing

@Suite("What is said of versions while they serve")
struct ModelLifeTests {
  private let movies = ModelSelection(name: "movies")

  private func withVersions(
    _ count: Int, _ body: (ModelStore, Artefacts) throws -> Void
  ) throws {
    try withArtefacts { artefacts in
      for seed in 1...count { try artefacts.save("movies", seed: UInt64(seed)) }
      try body(try artefacts.store(), artefacts)
    }
  }

  private func loaded(_ store: ModelStore) throws -> [Int] {
    try store.status(movies).filter { $0.state == .available }.map(\.version)
  }

  // MARK: Labels

  @Test("A label is set, moved and taken away, and keeps its version")
  func labels() throws {
    try withVersions(3) { store, artefacts in
      #expect(try loaded(store) == [3])
      try store.setLabel("stable", of: "movies", to: 1)
      #expect(try store.model(.init(name: "movies", label: "stable")).version == 1)
      #expect(try store.model(movies).version == 3)
      try artefacts.save("movies", seed: 4)
      store.poll()
      #expect(try loaded(store) == [4, 1])
      try store.setLabel("stable", of: "movies", to: 2)
      #expect(try loaded(store) == [4, 2])
      try store.removeLabel("stable", of: "movies")
      #expect(try loaded(store) == [4])
      let error = #expect(throws: ServingError.self) {
        try store.removeLabel("stable", of: "movies")
      }
      #expect(error?.code == .notFound)
    }
  }

  @Test("A label of a version that cannot be loaded changes nothing and says why")
  func labelRefused() throws {
    try withVersions(2) { store, artefacts in
      try store.setLabel("stable", of: "movies", to: 2)
      try artefacts.damage("movies/1/weights.safetensors")
      for (version, reason) in [(1, "weights.safetensors"), (9, "version 9")] {
        let error = #expect(throws: ServingError.self) {
          try store.setLabel("stable", of: "movies", to: version)
        }
        #expect(error?.code == .failedPrecondition)
        #expect(error?.message.contains(reason) == true)
        #expect(try store.model(.init(name: "movies", label: "stable")).version == 2)
      }
      for label in ["", "a/b", "a:b", "a\n", String(repeating: "a", count: 129)] {
        let error = #expect(throws: ServingError.self) {
          try store.setLabel(label, of: "movies", to: 2)
        }
        #expect(error?.code == .invalidArgument)
      }
      #expect(throws: ServingError.self) { try store.setLabel("a", of: "songs", to: 1) }
    }
  }

  @Test("A reload that is refused for a label leaves everything as it was")
  func refusedReload() throws {
    try withVersions(1) { store, artefacts in
      try artefacts.save("songs", seed: 5)
      let before = try store.status(movies)
      try artefacts.save("movies", seed: 2)
      let error = #expect(throws: ServingError.self) {
        try store.reload([
          .init(name: "movies", folder: artefacts.url("movies").path(), labels: ["next": 9]),
          .init(name: "songs", folder: artefacts.url("songs").path()),
        ])
      }
      #expect(error?.code == .failedPrecondition)
      #expect(store.names == ["movies"])
      #expect(try store.status(movies) == before)
      #expect(try store.model(movies).version == 1)
    }
  }

  // MARK: Rolling back

  @Test("A roll back keeps the version before in force until it is released")
  func rollBack() throws {
    try withVersions(3) { store, artefacts in
      #expect(try store.rollBack("movies") == 2)
      #expect(try store.model(movies).version == 2)
      try artefacts.save("movies", seed: 4)
      store.poll()
      #expect(try store.model(movies).version == 2)
      #expect(try store.life(of: "movies").isPinned)
      #expect(try store.rollBack("movies", to: 1) == 1)
      #expect(try store.model(movies).version == 1)
      try store.release("movies")
      #expect(try store.model(movies).version == 4)
      #expect(try !store.life(of: "movies").isPinned)
    }
  }

  @Test("A roll back passes by what cannot be loaded, and is refused where nothing is left")
  func rollBackPastBroken() throws {
    try withVersions(3) { store, artefacts in
      try artefacts.damage("movies/2/manifest.json")
      #expect(try store.rollBack("movies") == 1)
      let error = #expect(throws: ServingError.self) { try store.rollBack("movies") }
      #expect(error?.code == .failedPrecondition)
      #expect(try store.model(movies).version == 1)
    }
  }

  // MARK: Canary and shadow

  @Test("A canary gets its share of the users, always the same ones")
  func canary() throws {
    try withVersions(2) { store, _ in
      try store.setCanary(.init(version: 2, share: 0.25), of: "movies")
      #expect(try store.model(movies).version == 1)
      let users = (0..<4000).map { "user \($0)" }
      func chosen() throws -> Set<String> {
        Set(try users.filter { try store.model(movies, for: $0).version == 2 })
      }
      let few = try chosen()
      #expect((850...1150).contains(few.count))
      #expect(try chosen() == few)
      // A share that grows keeps its users.
      try store.setCanary(.init(version: 2, share: 0.5), of: "movies")
      let more = try chosen()
      #expect(more.isSuperset(of: few) && (1850...2150).contains(more.count))
      // Whoever is not known gets either.
      let unknown = try (0..<4000).count { _ in try store.model(movies, for: nil).version == 2 }
      #expect((1850...2150).contains(unknown))
      // What a request names is what it gets.
      #expect(try store.model(.init(name: "movies", version: 1), for: few.first).version == 1)
      try store.setCanary(nil, of: "movies")
      #expect(try chosen().isEmpty)
      #expect(try store.model(movies).version == 1)
      try store.release("movies")
      #expect(try store.model(movies).version == 2)
    }
  }

  @Test("A shadow answers again for nobody to see, and is compared")
  func shadow() throws {
    try withVersions(2) { store, _ in
      try store.setShadow(.init(version: 2, share: 1), of: "movies")
      let model = try store.model(movies, for: "user 1")
      #expect(model.version == 1)
      for user in 0..<20 {
        _ = try model.recommend(.init(user: "user \(user)", k: 5))
        while try compared(store) < user + 1 { usleep(500) }
      }
      let shadow = try #require(try store.life(of: "movies").shadow?.comparison)
      #expect(shadow.compared == 20 && shadow.failed == 0 && shadow.dropped == 0)
      let expected = try (0..<20).map { user in
        let request = RecommendationRequest(user: "user \(user)", k: 5)
        let second = try store.model(.init(name: "movies", version: 2))
        return Agreement.overlap(
          try model.found([request])[0].get(), try second.found([request])[0].get())
      }
      let overlap = try #require(shadow.overlap)
      #expect(abs(overlap - expected.reduce(0, +) / 20) < 1e-9)
      #expect(overlap < 1)
      #expect(try #require(shadow.latencyRatio) > 0)
      // The same version agrees with itself; what it has answered is not counted as an answer of the shadow.
      #expect(try store.life(of: "movies").versions.first?.answers?.answers == 0)
    }
  }

  private func compared(_ store: ModelStore) throws -> Int {
    try store.life(of: "movies").shadow?.comparison?.compared ?? 0
  }

  @Test("A comparison that cannot keep up leaves requests out")
  func shadowUnderLoad() throws {
    try withVersions(2) { store, _ in
      try store.setShadow(.init(version: 2, share: 1), of: "movies")
      let model = try store.model(movies)
      for _ in 0..<2000 { _ = try model.recommend(.init(user: "user 1")) }
      func summary() throws -> ComparisonSummary {
        try #require(try store.life(of: "movies").shadow?.comparison)
      }
      while try summary().compared + summary().dropped < 2000 { usleep(1000) }
      #expect(try summary().compared > 0)
      #expect(try summary().failed == 0)
    }
  }

  @Test("Shares and versions that make no sense are refused, and so is a trial of the only version")
  func refusedTrials() throws {
    try withVersions(1) { store, _ in
      for (trial, code) in [
        (ModelTrial(version: 1, share: 1.5), ServingError.Code.invalidArgument),
        (ModelTrial(version: 1, share: .nan), .invalidArgument),
        (ModelTrial(version: 0, share: 0.5), .invalidArgument),
        (ModelTrial(version: 1, share: 0.5), .failedPrecondition),
        (ModelTrial(version: 2, share: 0.5), .failedPrecondition),
      ] {
        let canary = #expect(throws: ServingError.self) {
          try store.setCanary(trial, of: "movies")
        }
        let shadow = #expect(throws: ServingError.self) {
          try store.setShadow(trial, of: "movies")
        }
        #expect(canary?.code == code && shadow?.code == code)
        let life = try store.life(of: "movies")
        #expect(life.inForce == 1 && !life.isPinned && life.canary == nil && life.shadow == nil)
      }
    }
  }

  @Test("A configuration sets labels, canary and shadow at the start")
  func configured() throws {
    try withVersions(3) { _, artefacts in
      let store = try ModelStore([
        .init(
          name: "movies", folder: artefacts.url("movies").path(), labels: ["old": 1],
          canary: .init(version: 3, share: 1), shadow: .init(version: 1, share: 0.5))
      ])
      let life = try store.life(of: "movies")
      #expect(life.inForce == 2 && life.labels == ["old": 1])
      #expect(life.canary?.trial.version == 3 && life.shadow?.trial.version == 1)
      #expect(try store.model(movies, for: "anybody").version == 3)
      let refused = #expect(throws: ServingError.self) {
        try ModelStore([
          .init(
            name: "movies", folder: artefacts.url("movies").path(),
            canary: .init(version: 7, share: 1))
        ])
      }
      #expect(refused?.code == .failedPrecondition)
    }
  }

  // MARK: Agreement

  @Test("Lists that are the same agree wholly, those that share nothing not at all")
  func agreement() {
    func list(_ names: String) -> Recommendations {
      Recommendations(names.map { Recommendation(identifier: String($0), score: 0) })
    }
    for (one, other, overlap, ranked) in [
      ("abc", "abc", 1.0, 1.0), ("abc", "def", 0, 0), ("", "", 1, 1), ("ab", "", 0, 0),
      ("abcd", "ab", 0.5, (1 + 0.9 + 0.81 * 2 / 3 + 0.729 / 2) / (1 + 0.9 + 0.81 + 0.729)),
      ("ab", "ba", 1, 0.9 / 1.9), ("abc", "cab", 1, (0.9 * 0.5 + 0.81) / 2.71),
    ] {
      #expect(abs(Agreement.overlap(list(one), list(other)) - overlap) < 1e-12)
      #expect(abs(Agreement.rankBiasedOverlap(list(one), list(other)) - ranked) < 1e-12)
      #expect(abs(Agreement.rankBiasedOverlap(list(other), list(one)) - ranked) < 1e-12)
    }
  }
}
