import Foundation
import Shortlist
import ShortlistSamples
import Testing

@testable import ShortlistServing

@Suite("Warming of versions")
struct WarmUpTests {
  private let movies = ModelSelection(name: "movies")

  @Test("A version answers the requests that it brings with it before it is in force")
  func given() throws {
    try withArtefacts { artefacts in
      try artefacts.save("movies", seed: 1)
      let store = try artefacts.store()
      try artefacts.save("movies", seed: 2)
      try artefacts.write(
        """
        {"user_id": "user 1", "k": 3}

        {"query": {"user_id": "user 2"}, "exclude": ["item 1"], "filter": "genre = 'comedy'", "exclude_seen": false}
        {"user_id": "user 3", "include": ["item 4"]}
        """, to: "movies/2/warmup.jsonl")
      store.poll()
      let model = try store.model(movies)
      #expect(model.version == 2)
      // They are nobody's requests.
      #expect(try store.life(of: "movies").versions[0].answers?.answers == 0)
    }
  }

  @Test(
    "A given request that cannot be answered keeps the version away, and says which",
    arguments: [
      ("{", "line 1"), ("{\"user_id\": 7}", "user_id"),
      ("{\"user_id\": \"a\"}\n{\"user_id\": \"a\", \"k\": 0}", "line 2"),
      ("{\"user_id\": \"a\", \"filter\": \"year > 3\"}", "year"), ("{}", "user_id"),
    ])
  func refused(text: String, reason: String) throws {
    try withArtefacts { artefacts in
      try artefacts.save("movies", seed: 1)
      let store = try artefacts.store()
      try artefacts.save("movies", seed: 2)
      try artefacts.write(text, to: "movies/2/warmup.jsonl")
      store.poll()
      #expect(try store.model(movies).version == 1)
      let error = try store.status(.init(name: "movies", version: 2)).first?.error
      #expect(error?.code == .failedPrecondition)
      #expect(error?.message.contains("warmup.jsonl") == true)
      #expect(error?.message.contains(reason) == true)
      // Mended, it is taken.
      try artefacts.write("", to: "movies/2/warmup.jsonl")
      store.poll()
      #expect(try store.model(movies).version == 2)
    }
  }

  @Test("The last requests are kept, a few, and a new version may not know them")
  func recent() throws {
    try withArtefacts { artefacts in
      try artefacts.save("movies", seed: 1)
      let store = try artefacts.store()
      let model = try store.model(movies)
      #expect(model.traffic.recentRequests.isEmpty)
      _ = try model.recommend(.init(user: "user 1"))
      usleep(20_000)
      _ = try model.similar(.init(item: "item 1"))
      usleep(20_000)
      _ = try model.search(3, for: .init([("user_id", .strings(["user 1"]))]))
      // A request like the one before, right after it, is not worth keeping.
      _ = try model.recommend(.init(user: "user 2"))
      #expect(model.traffic.recentRequests.count == 3)
      for request in model.traffic.recentRequests { #expect(try model.answer(request).count == 1) }
      usleep(20_000)
      _ = try model.recommend(
        .init(user: "user 1", exclude: (0..<2000).map { "item \($0)" }))
      #expect(model.traffic.recentRequests.count == 3)
      try artefacts.save("movies", seed: 2)
      store.poll()
      #expect(try store.model(movies).version == 2)
      #expect(try store.model(movies).traffic === model.traffic)
    }
  }
}
