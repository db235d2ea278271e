import Foundation
import Shortlist
import ShortlistSamples
import ShortlistServing
import Testing

@testable import ShortlistServer

/// Items, events and explanations without sockets.
@Suite("HTTP routes of a live catalogue")
struct LiveHTTPTests {
  private static let base = "/v1/models/movies"

  private func withService(_ body: (HTTPService) throws -> Void) throws {
    try withArtefacts { artefacts in
      try artefacts.save("movies", seed: 1, readsGenres: true)
      var limits = ServingLimits()
      limits.identifiers = 3
      try body(
        HTTPService(
          predict: PredictService(store: try artefacts.store(), limits: limits),
          metrics: ServerMetrics()))
    }
  }

  private func call(
    _ service: HTTPService, _ method: String, _ path: String, _ body: String = ""
  ) throws -> (status: Int, json: JSONValue) {
    let response = service.answer(
      HTTPRequest(method: method, path: Self.base + path, body: Array(body.utf8))
    ).value
    return (response.status, try JSONReader.read(response.body))
  }

  private func items(_ json: JSONValue) -> [String] {
    guard case .array(let items)? = json["items"] else { return [] }
    return items.compactMap { if case .string(let name)? = $0["item"] { name } else { nil } }
  }

  private static let vector = "[1, 1, 1, 1, 1, 1, 1, 1.5]"

  @Test("Items are put and deleted one by one and many at a time")
  func items() throws {
    try withService { service in
      let many = try call(
        service, "PUT", "/items",
        #"{"items": [{"id": "a/b", "features": {"genre": "drama"}}, {"id": "c", "vector": \#(Self.vector)}]}"#
      )
      #expect(many.status == 200 && many.json["upserted"] == .integer(2))
      #expect(many.json["model"]?["version"] == .integer(1))
      let one = try call(
        service, "PUT", "/items/d%20%C3%A9", #"{"id": "d é", "features": {"genre": "comedy"}}"#)
      #expect(one.json["upserted"] == .integer(1))
      func all() throws -> [String] {
        items(
          try call(service, "POST", ":recommend", #"{"user_id": "user 1", "k": 100}"#).json)
      }
      #expect(Set(try all()).isSuperset(of: ["a/b", "c", "d é"]))
      let near = try call(
        service, "POST", ":similar",
        #"{"item": "a/b", "k": 100, "exclude": ["c"], "filter": "genre = \"comedy\""}"#)
      #expect(items(near.json).contains("d é") && !items(near.json).contains("c"))
      #expect(try call(service, "DELETE", "/items/a%2Fb").json["deleted"] == .integer(1))
      let again = try call(service, "DELETE", "/items/a%2Fb")
      #expect(again.status == 404 && again.json["code"] == .string("NOT_FOUND"))
      let some = try call(service, "DELETE", "/items", #"{"ids": ["c", "nothing", "item 3"]}"#)
      #expect(some.json["deleted"] == .integer(2))
      #expect(some.json["not_found"] == .array([.string("nothing")]))
      #expect(try Set(all()).isDisjoint(with: ["a/b", "c", "item 3"]))
      #expect(
        try call(service, "PUT", "/versions/1/items", #"{"items": []}"#).json["upserted"]
          == .integer(0))
    }
  }

  @Test("Events are appended, known at once and explained")
  func events() throws {
    try withService { service in
      let answer = try call(
        service, "POST", "/events",
        #"{"events": [{"user_id": "ada", "item": "item 4", "time": 1700000000.5}, {"user_id": "ada", "item": "x"}, {"user_id": "user 1", "item": "item 9", "time": 1}]}"#
      )
      #expect(answer.status == 200 && answer.json["appended"] == .integer(3))
      #expect(answer.json["unknown_items"] == .array([.string("x")]))
      let ada = try call(service, "POST", ":recommend", #"{"user_id": "ada", "k": 100}"#).json
      #expect(ada["basis"] == .string("history"))
      #expect(items(ada).count == 29 && !items(ada).contains("item 4"))
      let one = try call(service, "POST", ":recommend", #"{"user_id": "user 1", "k": 100}"#).json
      #expect(items(one).count == 28 && !items(one).contains("item 9"))
      let history = try call(
        service, "POST", ":recommend",
        #"{"requests": [{"history": ["item 4"], "k": 3}, {"user_id": "user 1"}]}"#
      ).json
      guard case .array(let responses)? = history["responses"] else {
        Issue.record("no responses")
        return
      }
      #expect(responses.map { $0["basis"] } == [.string("history"), .string("model")])
      let why = try call(
        service, "POST", ":explain", #"{"user_id": "ada", "item": "item 4", "k": 2}"#
      ).json
      #expect(why["method"] == .string("item_similarity") && why["basis"] == .string("history"))
      #expect(why["reasons"] == .array([]))
      let other = try call(
        service, "POST", ":explain", #"{"history": ["item 4", "item 5"], "item": "item 6"}"#
      ).json
      #expect(other["basis"] == .string("history") && other["item"] == .string("item 6"))
      #expect(
        try call(
          service, "POST", ":explain", #"{"query": {"user_id": "user 1"}, "item": "item 6"}"#
        )
        .json["basis"] == .string("model"))
    }
  }

  @Test(
    "Every bad field is named",
    arguments: [
      ("PUT", "/items", "", 400, "the body is no JSON"),
      ("PUT", "/items", "[]", 400, "the request is an array; expected an object"),
      ("PUT", "/items", "{}", 400, "items is missing"),
      ("PUT", "/items", #"{"items": {}}"#, 400, "items is an object; expected an array"),
      ("PUT", "/items", #"{"items": [1]}"#, 400, "items[0]: the request is a number"),
      ("PUT", "/items", #"{"items": [], "more": 1}"#, 400, "no field \"more\""),
      ("PUT", "/items", #"{"items": [{}]}"#, 400, "items[0]: id is missing"),
      ("PUT", "/items", #"{"items": [{"id": 1}]}"#, 400, "id is a number; expected a string"),
      ("PUT", "/items", #"{"items": [{"id": "a", "b": 1}]}"#, 400, "items[0]: there is no field"),
      ("PUT", "/items", #"{"items": [{"id": "a"}]}"#, 400, "has neither features nor a vector"),
      (
        "PUT", "/items", #"{"items": [{"id": "", "vector": [1, 1, 1, 1, 1, 1, 1, 1]}]}"#, 400,
        "has 0 bytes"
      ),
      (
        "PUT", "/items", #"{"items": [{"id": "a", "features": []}]}"#, 400,
        "features is an array; expected an object"
      ),
      (
        "PUT", "/items", #"{"items": [{"id": "a", "features": {"genre": null}}]}"#, 400,
        "lacks the features \"genre\""
      ),
      (
        "PUT", "/items", #"{"items": [{"id": "a", "features": {"genre": true}}]}"#, 400,
        "features.genre is a boolean"
      ),
      (
        "PUT", "/items", #"{"items": [{"id": "a", "features": {"genre": {}}}]}"#, 400,
        "features.genre is an object"
      ),
      (
        "PUT", "/items", #"{"items": [{"id": "a", "features": {"genre": [["x"]]}}]}"#, 400,
        "features.genre is an array"
      ),
      (
        "PUT", "/items", #"{"items": [{"id": "a", "features": {"genre": "x", "year": 1}}]}"#, 400,
        "has the feature \"year\""
      ),
      ("PUT", "/items/a", #"{"vector": "x"}"#, 400, "vector is a string; expected an array"),
      ("PUT", "/items/a", #"{"vector": ["x"]}"#, 400, "vector holds a string; expected numbers"),
      ("PUT", "/items/a", #"{"vector": [1e39, 1, 1, 1, 1, 1, 1, 1]}"#, 400, "not finite"),
      ("PUT", "/items/a", #"{"vector": [1]}"#, 400, "1 dimensions; the model's have 8"),
      (
        "PUT", "/items/a", #"{"id": "b", "vector": [1]}"#, 400,
        "id is \"b\", and the path names \"a\""
      ),
      ("PUT", "/items/a", #"{"items": []}"#, 400, "no field \"items\""),
      (
        "PUT", "/items", #"{"items": [{"id": "a"}, {"id": "b"}, {"id": "c"}, {"id": "d"}]}"#, 400,
        "items names 4 items; 3 are the limit"
      ),
      ("DELETE", "/items", "{}", 400, "ids is missing"),
      ("DELETE", "/items", #"{"ids": "a"}"#, 400, "ids is a string"),
      ("DELETE", "/items", #"{"ids": [1]}"#, 400, "ids holds a number"),
      ("DELETE", "/items", #"{"ids": [""]}"#, 400, "has 0 bytes"),
      ("DELETE", "/items", #"{"ids": ["a", "b", "c", "d"]}"#, 400, "3 are the limit"),
      ("DELETE", "/items/nothing", "", 404, "\"nothing\" is not in the catalogue"),
      ("POST", "/items", "{}", 405, "use GET, HEAD, PUT, DELETE"),
      ("PUT", "/events", "{}", 405, "use POST"),
      ("POST", "/events", "{}", 400, "events is missing"),
      ("POST", "/events", #"{"events": 1}"#, 400, "events is a number"),
      ("POST", "/events", #"{"events": [{"item": "a"}]}"#, 400, "events[0]: user_id is missing"),
      ("POST", "/events", #"{"events": [{"user_id": "a"}]}"#, 400, "events[0]: item is missing"),
      (
        "POST", "/events", #"{"events": [{"user_id": "a", "item": "b", "time": "now"}]}"#, 400,
        "time is a string; expected seconds"
      ),
      (
        "POST", "/events", #"{"events": [{"user_id": "a", "item": "b", "time": -1}]}"#, 400,
        "time is -1.0"
      ),
      (
        "POST", "/events", #"{"events": [{"user_id": 1, "item": "b"}]}"#, 400, "user_id is a number"
      ),
      (
        "POST", "/events", #"{"events": [{"user_id": "a", "item": "b", "at": 1}]}"#, 400,
        "no field \"at\""
      ),
      ("POST", ":explain", "{}", 400, "item is missing"),
      ("POST", ":explain", #"{"item": "item 1"}"#, 400, "for whom?"),
      ("POST", ":explain", #"{"item": "item 1", "user_id": "a", "k": 0}"#, 400, "k is 0"),
      (
        "POST", ":explain", #"{"item": "nope", "user_id": "user 1"}"#, 404,
        "is not in the catalogue"
      ),
      ("POST", ":explain", #"{"item": "item 1", "history": "a"}"#, 400, "history is a string"),
      ("GET", ":explain", "", 405, "use POST"),
      (
        "POST", ":recommend", #"{"history": ["a", "b", "c", "d"]}"#, 400,
        "history names 4 items; 3 are the limit"
      ),
    ])
  func bad(method: String, path: String, body: String, status: Int, message: String) throws {
    try withService { service in
      let answer = try call(service, method, path, body)
      #expect(answer.status == status)
      guard case .string(let detail)? = answer.json["detail"] else {
        Issue.record("no detail in \(answer.json)")
        return
      }
      #expect(detail.contains(message), "\(detail)")
      #expect(
        items(try call(service, "POST", ":similar", #"{"item": "item 1", "k": 99}"#).json).count
          == 29)
    }
  }

  @Test("Models that are not there are told")
  func unknownModel() throws {
    try withService { service in
      for (method, path) in [
        ("PUT", "/v1/models/songs/items/a"), ("DELETE", "/v1/models/movies/versions/7/items/a"),
        ("POST", "/v1/models/songs/events"), ("POST", "/v1/models/songs:explain"),
      ] {
        let response = service.answer(
          HTTPRequest(method: method, path: path, body: Array("{}".utf8))
        ).value
        #expect(response.status == 404)
      }
    }
  }
}
