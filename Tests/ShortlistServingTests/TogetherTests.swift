import Foundation
import Shortlist
import ShortlistSamples
import ShortlistTensors
import Testing

@testable import ShortlistServing

@Suite("Searches that are done together")
struct TogetherTests {
  /// A pool whose threads begin when the test says so.
  private final class Pool: Sendable {
    private let bodies = Guarded<[@Sendable () -> Void]>([])
    /// How many searches were done together, batch by batch.
    let sizes = Guarded<[Int]>([])
    private let limit: Int

    init(limit: Int = .max) { self.limit = limit }

    var waiting: Int { bodies.withLock { $0.count } }

    func joining(limit: Int = 256, isWanted: @escaping @Sendable () -> Bool = { true })
      -> ServedModel.Joining
    {
      .init(
        limit: limit,
        run: { body in
          self.bodies.withLock { bodies in
            guard bodies.count < self.limit else { return false }
            bodies.append(body)
            return true
          }
        }, isWanted: isWanted, note: { size in self.sizes.withLock { $0.append(size) } })
    }

    /// Runs everything that waits, and what that starts.
    func runAll() {
      while let body = bodies.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) { body() }
    }
  }

  private typealias Results = Guarded<[String: ServedModel.Joined]>

  private func withModel(_ body: (ServedModel) throws -> Void) throws {
    try withArtefacts { artefacts in
      try artefacts.save("movies", seed: 1)
      try body(try artefacts.store().model(.init(name: "movies")))
    }
  }

  private func ask(
    _ model: ServedModel, _ request: RecommendationRequest, as name: String,
    _ joining: ServedModel.Joining, _ results: Results
  ) -> Bool {
    model.recommend(request, within: .init(), joining) { joined in
      results.withLock { $0[name] = joined }
    }
  }

  @Test("What waits is one batch, and each gets what it would get alone")
  func batch() throws {
    try withModel { model in
      let (pool, results) = (Pool(), Results([:]))
      let requests: [RecommendationRequest] = [
        .init(user: "user 1", k: 3), .init(user: "user 2", k: 7), .init(user: "nobody", k: 4),
        .init(user: "user 1", k: 30, exclude: ["item 3", "item 4"]),
        .init(query: ["user_id": "user 5"], k: 30, excludesSeen: false),
        .init(user: "user 6", k: 1),
      ]
      for (place, request) in requests.enumerated() {
        #expect(ask(model, request, as: "\(place)", pool.joining(), results))
      }
      let queries = try Dataset([("user_id", .strings(["user 7", "user 8", "nobody"]))])
      let searched = model.search(
        4, for: queries, excluding: [["item 1"], [], ["item 2"]], within: .init(), pool.joining()
      ) { joined in results.withLock { $0["search"] = joined } }
      #expect(searched)
      #expect(pool.waiting <= Parallel.threads)
      pool.runAll()
      let found = results.withLock { $0 }
      #expect(found.count == 7)
      #expect(pool.sizes.withLock { $0 } == [7])
      for (place, request) in requests.enumerated() {
        let joined = try #require(found["\(place)"])
        let (together, alone) = (try joined.answers.get()[0], try model.recommend(request))
        #expect(together.map(\.identifier) == alone.map(\.identifier))
        #expect(together.basis == alone.basis)
        for (one, other) in zip(together, alone) { #expect(abs(one.score - other.score) < 1e-6) }
      }
      let alone = try model.search(4, for: queries, excluding: [["item 1"], [], ["item 2"]])
      #expect(
        try found["search"]?.answers.get().map { $0.map(\.identifier) }
          == alone.map { $0.map(\.identifier) })
    }
  }

  @Test("One that fails, and one that nobody waits for, leave the others alone")
  func failures() throws {
    try withModel { model in
      let (pool, results) = (Pool(), Results([:]))
      let isTaken = ask(model, .init(user: "user 1"), as: "good", pool.joining(), results)
      #expect(isTaken)
      #expect(ask(model, .init(query: ["age": 3]), as: "bad", pool.joining(), results))
      let gone = pool.joining(isWanted: { false })
      #expect(ask(model, .init(user: "user 2"), as: "gone", gone, results))
      #expect(ask(model, .init(user: "user 3"), as: "better", pool.joining(), results))
      #expect(ask(model, .init(user: "user 3", k: 0), as: "none", pool.joining(), results))
      pool.runAll()
      let found = results.withLock { $0 }
      #expect(Set(found.keys) == ["good", "bad", "better", "none"])
      #expect(try found["good"]?.answers.get()[0].count == 10)
      let better = try found["better"]?.answers.get()
      #expect(better?[0].count == 10)
      #expect(pool.sizes.withLock { $0 } == [4])
      for (name, reason) in [("bad", "user_id"), ("none", "k is 0")] {
        guard case .failure(let failure)? = found[name]?.answers else {
          Issue.record("\(name) did not fail")
          return
        }
        #expect(failure.code == .invalidArgument && failure.message.contains(reason))
      }
    }
  }

  @Test("Too many that wait are refused at once, and so are those for whom there is no thread")
  func bounds() throws {
    try withModel { model in
      let (pool, results) = (Pool(), Results([:]))
      for turn in 0..<5 {
        let isTaken = ask(
          model, .init(user: "user 1"), as: "\(turn)", pool.joining(limit: 3), results)
        #expect(isTaken == (turn < 3))
      }
      pool.runAll()
      #expect(results.withLock { $0.count } == 3)
      let none = Pool(limit: 0)
      #expect(!ask(model, .init(user: "user 1"), as: "none", none.joining(), results))
      none.runAll()
      #expect(results.withLock { $0.count } == 3)
      // It is as good as new afterwards.
      #expect(ask(model, .init(user: "user 1"), as: "more", pool.joining(), results))
      pool.runAll()
      #expect(results.withLock { $0.count } == 4)
    }
  }

  @Test("Every request of many threads is answered once")
  func threads() throws {
    try withModel { model in
      let count = Counter()
      let joining = ServedModel.Joining(
        limit: .max,
        run: { body in
          DispatchQueue.global().async(execute: body)
          return true
        })
      let group = DispatchGroup()
      DispatchQueue.concurrentPerform(iterations: 8) { _ in
        for turn in 0..<200 {
          group.enter()
          _ = model.recommend(
            .init(user: "user \(turn % 20)", k: 5), within: .init(), joining
          ) { joined in
            if (try? joined.answers.get()[0].count) == 5 { count.add() }
            group.leave()
          }
        }
      }
      #expect(group.wait(timeout: .now() + 60) == .success)
      #expect(count.value == 1600)
      #expect(model.batcher.depth == 0)
    }
  }
}
