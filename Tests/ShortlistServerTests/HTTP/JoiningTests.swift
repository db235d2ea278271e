import Foundation
import Shortlist
import ShortlistSamples
import ShortlistServing
import ShortlistTensors
import Testing

@testable import ShortlistServer

@Suite("Answers that are made together with others")
struct JoiningTests {
  /// A pool whose threads begin when the test says so.
  private final class Pool: Sendable {
    private let bodies = Guarded<[@Sendable () -> Void]>([])
    let sizes = Guarded<[Int]>([])

    var joining: ServedModel.Joining {
      .init(
        limit: 100,
        run: { body in
          self.bodies.withLock { $0.append(body) }
          return true
        }, note: { size in self.sizes.withLock { $0.append(size) } })
    }

    func runAll() {
      while let body = bodies.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) { body() }
    }
  }

  private static let requests: [(path: String, body: String, isTogether: Bool)] = [
    (":recommend", #"{"user_id": "user 1", "k": 4}"#, true),
    (":recommend", #"{"user_id": "nobody"}"#, true),
    (":recommend", #"{"user_id": "user 1", "filter": "genre = 'comedy'"}"#, false),
    (":recommend", #"{"user_id": "user 1", "include": ["item 3"]}"#, false),
    (":recommend", #"{"user_id": "user 1", "history": ["item 3"]}"#, false),
    (":recommend", #"{"user_id": "user 1", "k": 200}"#, false),
    (":recommend", #"{"query": {"a": 1}}"#, true),
    (":recommend", #"{"user_id": "user 1", "k": 0}"#, true),
    (":predict", #"{"instances": ["user 1", "nobody"]}"#, true),
    (":predict", #"{"inputs": {"queries": ["user 1"], "k": 3}, "signature_name": "top_k"}"#, true),
    (
      ":predict",
      #"{"signature_name": "query_with_exclusions", "inputs": {"queries": ["user 1"], "exclusions": [["item 1"]]}}"#,
      true
    ),
  ]

  /// Whether two values are the same; scores are those of another kernel, and may differ in the last digit.
  private static func agree(_ one: JSONValue, _ other: JSONValue) -> Bool {
    switch (one, other) {
    case (.number(let one), .number(let other)): abs(one - other) <= 1e-5 * max(1, abs(one))
    case (.array(let one), .array(let other)):
      one.count == other.count && zip(one, other).allSatisfy { agree($0, $1) }
    case (.object(let one), .object(let other)):
      one.map(\.name) == other.map(\.name)
        && zip(one, other).allSatisfy { agree($0.value, $1.value) }
    default: one == other
    }
  }

  @Test("They are those that are made alone")
  func same() throws {
    try withArtefacts { artefacts in
      try artefacts.save("movies", seed: 1)
      let service = HTTPService(
        predict: PredictService(store: try artefacts.store()), metrics: ServerMetrics())
      let (pool, made) = (Pool(), Guarded<[Int: HTTPResponse]>([:]))
      func answer(_ place: Int) -> HTTPService.Answer {
        let (path, body, _) = Self.requests[place]
        return service.answer(
          HTTPRequest(method: "POST", path: "/v1/models/movies\(path)", body: Array(body.utf8)))
      }
      for place in Self.requests.indices {
        let taken: @Sendable (HTTPResponse) -> Void = { response in
          made.withLock { $0[place] = response }
        }
        switch answer(place) {
        case .query(let query): #expect(query.join(pool.joining, taken: taken))
        case .search(let search): #expect(search.join(pool.joining, taken: taken))
        default: Issue.record("\(Self.requests[place]) is not joined")
        }
      }
      pool.runAll()
      let responses = made.withLock { $0 }
      for place in Self.requests.indices {
        let alone = answer(place).value
        let together = try #require(responses[place])
        #expect(together.status == alone.status)
        #expect(Self.agree(try JSONReader.read(together.body), try JSONReader.read(alone.body)))
      }
      #expect(pool.sizes.withLock { $0 } == [Self.requests.count { $0.isTogether }])
    }
  }
}
