import Foundation
import Shortlist
import ShortlistSamples
import Testing

@testable import ShortlistServing

private let movies = ModelSelection(name: "movies")

@Suite("Events while models are served")
struct LiveEventsTests {
  private func events(_ user: String, _ items: [Int]) -> [LiveEvent] {
    items.map { LiveEvent(user: user, item: "item \($0)", time: Double($0)) }
  }

  @Test("What a user does counts as seen at once, and after a restart")
  func seen() throws {
    try withArtefacts { artefacts in
      try artefacts.save("movies", seed: 1)
      do {
        let store = try artefacts.store()
        let model = try store.model(movies)
        // The artefact knows that user 1 has seen item 1.
        #expect(try model.recommend(.init(user: "user 1", k: 40)).count == 29)
        #expect(
          try store.append(
            events("user 1", [1, 2, 3]) + [LiveEvent(user: "user 1", item: "unheard of")],
            to: movies) == ["unheard of"])
      }
      let store = try artefacts.store()
      let model = try store.model(movies)
      for request in [
        RecommendationRequest(user: "user 1", k: 40),
        RecommendationRequest(query: ["user_id": "user 1"], k: 40),
      ] {
        let found = try model.recommend(request)
        #expect(found.basis == .model && found.count == 27)
        #expect(!found.contains { ["item 1", "item 2", "item 3"].contains($0.identifier) })
      }
      #expect(try model.recommend(.init(user: "user 1", k: 40, excludesSeen: false)).count == 30)
      #expect(try model.recommend(.init(user: "user 2", k: 40)).count == 29)
      // An item that comes later is known to have been seen.
      let vector = [Float](repeating: 1, count: 8)
      try store.upsert([LiveItem("unheard of", vector: vector)], in: movies)
      #expect(try model.recommend(.init(user: "user 1", k: 40)).count == 27)
      #expect(try model.recommend(.init(user: "user 2", k: 40)).count == 30)
      // As is one of the artefact's that is given anew.
      try store.upsert([LiveItem("item 1", vector: vector)], in: movies)
      #expect(try model.recommend(.init(user: "user 1", k: 40)).count == 27)
    }
  }

  @Test("A user that the model does not know gets what is near to the items of the history")
  func history() throws {
    try withArtefacts { artefacts in
      try artefacts.save("movies", seed: 1)
      let store = try artefacts.store()
      let model = try store.model(movies)
      #expect(try model.recommend(.init(user: "ada", k: 40)).basis == .popularity)
      try store.append(events("ada", [4, 9]), to: movies)
      let found = try model.recommend(.init(user: "ada", k: 40))
      #expect(found.basis == .history && found.count == 28)
      let vectors = model.retriever.catalogue.embeddings
      for item in found {
        let row = try #require(model.retriever.catalogue.row(of: item.identifier))
        let score = (0..<8).reduce(Float(0)) {
          $0 + vectors[row, $1] * (vectors[4, $1] + vectors[9, $1]) / 2
        }
        #expect(abs(item.score - score) < 1e-6)
      }
      // A history in the request needs no user, and comes before what the model knows.
      let same = try model.recommend(.init(history: ["item 9", "nothing", "item 4"], k: 40))
      #expect(same.map(\.identifier) == found.map(\.identifier))
      let known = try model.recommend(.init(user: "user 1", history: ["item 4", "item 9"], k: 40))
      #expect(known.basis == .history && known.count == 27)
      #expect(try model.recommend(.init(history: ["nothing"], k: 40)).basis == .popularity)
      #expect(
        try model.recommend(.init(user: "user 1", history: ["nothing"], k: 40)).basis == .model)
      #expect(try model.recommend(.init(user: "user 1", history: [], k: 40)).basis == .model)
      // Items that joined are as good.
      try store.upsert([LiveItem("new", vector: [Float](repeating: 1, count: 8))], in: movies)
      let joined = try model.recommend(.init(history: ["new"], k: 40))
      #expect(joined.basis == .history && joined.count == 30)
    }
  }

  @Test("An explanation names the items that pulled one up, with shares, score and rank")
  func explain() throws {
    try withArtefacts { artefacts in
      try artefacts.save("movies", seed: 1)
      let store = try artefacts.store()
      let model = try store.model(movies)
      let all = try model.recommend(.init(user: "user 1", k: 40, excludesSeen: false))
      for (place, item) in all.enumerated() {
        let found = try model.explain(.init(item: item.identifier, user: "user 1"))
        #expect(found.rank == place + 1 && abs(found.score - item.score) < 1e-6)
        #expect(found.basis == .model && found.method == .itemSimilarity)
        // Item 1 is all that is known.
        #expect(found.reasons.allSatisfy { $0.item == "item 1" && $0.share == 1 })
      }
      try store.append(events("user 1", Array(2..<12)), to: movies)
      let near = Dictionary(
        uniqueKeysWithValues: try model.similar(.init(item: "item 20", k: 40)).map {
          ($0.identifier, $0.score)
        })
      let whole = try model.explain(.init(item: "item 20", user: "user 1", k: 100))
      let positive = (1..<12).map { "item \($0)" }.filter { near[$0] ?? 0 > 0 }
      #expect(Set(whole.reasons.map(\.item)) == Set(positive))
      #expect(abs(whole.reasons.reduce(0) { $0 + $1.share } - 1) < 1e-5)
      #expect(whole.reasons.map(\.share) == whole.reasons.map(\.share).sorted(by: >))
      let total = positive.reduce(0) { $0 + (near[$1] ?? 0) }
      for reason in whole.reasons {
        let cosine = try #require(near[reason.item])
        #expect(abs(reason.similarity - cosine) < 1e-5)
        #expect(abs(reason.share - cosine / total) < 1e-5)
      }
      let two = try model.explain(.init(item: "item 20", user: "user 1", k: 2))
      #expect(two.reasons == Array(whole.reasons.prefix(2)))
      // The item itself is no reason for itself.
      let own = try model.explain(.init(item: "item 5", history: ["item 5"]))
      #expect(own.reasons.isEmpty && own.rank == 1 && own.basis == .history)
      #expect(own.note?.contains("no item of the history") == true)
      let nobody = try model.explain(.init(item: "item 0", user: "nobody"))
      #expect(nobody.basis == .popularity && nobody.reasons.isEmpty)
      #expect(nobody.note?.contains("nothing is known") == true)
      #expect(nobody.rank == 1)
      let error = #expect(throws: ServingError.self) {
        try model.explain(.init(item: "nothing", user: "user 1"))
      }
      #expect(error?.code == .notFound)
      // Items that joined have a rank, and deleted ones count no more.
      try store.upsert([LiveItem("new", vector: [Float](repeating: -1, count: 8))], in: movies)
      let ranks = try model.recommend(.init(user: "user 1", k: 40, excludesSeen: false))
      for (place, item) in ranks.enumerated() {
        let found = try model.explain(.init(item: item.identifier, user: "user 1"))
        #expect(found.rank == place + 1)
      }
      try store.delete([ranks[0].identifier], in: movies)
      let second = try model.explain(.init(item: ranks[1].identifier, user: "user 1"))
      #expect(second.rank == 1)
    }
  }

  @Test("What is kept is bounded: by user, in all, and on the disk")
  func bounds() throws {
    try withArtefacts { artefacts in
      try artefacts.save("movies", seed: 1)
      var limits = LiveLimits()
      (limits.events, limits.eventsOfUser, limits.log) = (100, 5, 2_000)
      func store() throws -> ModelStore {
        try ModelStore(
          ModelConfiguration.models(in: artefacts.url("").path()), limits: limits)
      }
      do {
        let store = try store()
        for round in 0..<300 {
          try store.append(
            [LiveEvent(user: "user \(round % 60)", item: "item \(round % 30)")], to: movies)
          try store.append([LiveEvent(user: "user 1", item: "item \(round % 30)")], to: movies)
        }
      }
      let log = artefacts.url(".live/movies/events").path()
      let size = try FileManager.default.attributesOfItem(atPath: log)[.size] as? Int ?? 0
      #expect(size > 0 && size < 8_000)
      let again = try store()
      let live = try again.model(movies).live
      #expect(live.items(of: "user 1") == (25..<30).map { "item \($0)" })
      #expect(try again.model(movies).recommend(.init(user: "user 1", k: 40)).count == 24)
      #expect(live.items(of: "user 59").last == "item 29")
    }
  }

  @Test("Bad events are refused whole")
  func bad() throws {
    try withArtefacts { artefacts in
      try artefacts.save("movies", seed: 1)
      let store = try artefacts.store()
      for (event, message) in [
        (LiveEvent(user: "", item: "item 1"), "user_id has 0 bytes"),
        (LiveEvent(user: "a", item: ""), "item has 0 bytes"),
        (LiveEvent(user: "a", item: "item 1", time: -1), "time is -1.0"),
        (LiveEvent(user: "a", item: "item 1", time: .nan), "time is nan"),
        (LiveEvent(user: "a", item: "item 1", time: 1e15), "expected seconds since 1970"),
      ] {
        let error = #expect(throws: ServingError.self) {
          try store.append([LiveEvent(user: "a", item: "item 2"), event], to: movies)
        }
        #expect(error?.code == .invalidArgument)
        #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
      }
      #expect(try !store.model(movies).live.knows("a"))
    }
  }
}
