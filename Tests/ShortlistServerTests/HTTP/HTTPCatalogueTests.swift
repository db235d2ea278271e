import Foundation
import Shortlist
import ShortlistArtifacts
import ShortlistPython
import ShortlistSamples
import ShortlistServing
import Testing

@testable import ShortlistServer

/// Looking into a model over HTTP, without sockets.
@Suite("HTTP catalogue")
struct HTTPCatalogueTests {
  private func withService(_ body: (HTTPService, Artefacts) throws -> Void) throws {
    try withArtefacts { artefacts in
      try artefacts.save("movies", seed: 1)
      let service = HTTPService(
        predict: PredictService(store: try artefacts.store(), limits: .init()),
        metrics: ServerMetrics())
      try body(service, artefacts)
    }
  }

  private func get(
    _ service: HTTPService, _ path: String, _ query: String = "", method: String = "GET"
  ) -> HTTPResponse {
    service.answer(HTTPRequest(method: method, path: "/v1/models/" + path, query: query)).value
  }

  private func json(_ response: HTTPResponse) throws -> JSONValue {
    try #require(response.status == 200, "\(String(decoding: response.body, as: UTF8.self))")
    return try JSONReader.read(response.body)
  }

  private func names(_ json: JSONValue?, _ name: String = "item") -> [String] {
    guard case .array(let elements)? = json else { return [] }
    return elements.compactMap {
      if case .string(let text)? = $0[name] { text } else { nil }
    }
  }

  @Test("Items are found by what their identifiers and texts hold, the most popular first")
  func items() throws {
    try withService { service, _ in
      let all = try json(get(service, "movies/items"))
      // Of 30 items the first 20 have each been seen once.
      #expect(names(all["items"]) == (0..<20).map { "item \($0)" })
      #expect(all["has_more"] == .bool(true) && all["total"] == .integer(30))
      let some = try json(get(service, "movies/versions/1/items", "prefix=ITEM+2&limit=3"))
      #expect(names(some["items"]) == ["item 2", "item 20", "item 21"])
      #expect(some["has_more"] == .bool(true))
      let comedies = try json(get(service, "movies/items", "contains=comed&limit=100"))
      #expect(names(comedies["items"]).count == 10 && comedies["has_more"] == .bool(false))
      guard case .array(let items)? = comedies["items"] else { return }
      #expect(items[0]["features"] == .object([.init(name: "genre", value: .string("comedy"))]))
      #expect(items[0]["popularity"] == .number(0.05))
      let none = try json(get(service, "movies/items", "contains=%20m%202x"))
      #expect(names(none["items"]).isEmpty && none["has_more"] == .bool(false))
    }
  }

  @Test("An item is described by its columns, and one that is not there is not found")
  func item() throws {
    try withService { service, _ in
      let item = try json(get(service, "movies/items/item%202"))
      #expect(item["item"] == .string("item 2"))
      #expect(item["features"]?["genre"] == .string("drama"))
      #expect(item["model"]?["version"] == .integer(1))
      let missing = get(service, "movies/items/item%2099")
      #expect(missing.status == 404)
      #expect(missing.type == "application/problem+json")
      #expect(String(decoding: missing.body, as: UTF8.self).contains(#"\"item 99\" is not in"#))
    }
  }

  @Test("Users of the history are listed with what they have seen")
  func users() throws {
    try withService { service, _ in
      let some = try json(get(service, "movies/users", "contains=1&limit=4"))
      #expect(names(some["users"], "user") == ["user 1", "user 10", "user 11", "user 12"])
      #expect(some["has_more"] == .bool(true) && some["total"] == .integer(20))
      let user = try json(get(service, "movies/users/user%207"))
      #expect(names(user["items"]) == ["item 7"] && user["total"] == .integer(1))
      #expect(get(service, "movies/users/nobody").status == 404)
    }
  }

  @Test("The report has what inspect prints and what the training left, and no path of the server")
  func report() throws {
    try withService { service, artefacts in
      let report = try json(get(service, "movies/report"))
      #expect(report["summary"]?["items"] == .integer(30))
      #expect(report["summary"]?["artefact"] == nil)
      #expect(
        report["summary"]?["query_features"]
          == .array([
            .object([
              .init(name: "name", value: .string("user_id")),
              .init(name: "type", value: .string("string")),
            ])
          ]))
      #expect(report["training"] == .null && report["recipe"] == .null)

      let retriever = try Retriever(contentsOf: artefacts.url("movies").path())
      try retriever.save(
        to: artefacts.url("movies").path(),
        attachments: [
          "training.json": Data(#"{"epochs": [{"loss": 1.5}]}"#.utf8),
          "evaluation.json": Data(#"{"raw": {"top_1": NaN}}"#.utf8),
          "recipe.yaml": Data("data:\n  items: \"/home/me/my data/items.csv\"\n".utf8),
        ])
      service.store.poll()
      let full = try json(get(service, "movies/report"))
      #expect(
        full["training"]?["epochs"] == .array([.object([.init(name: "loss", value: .number(1.5))])])
      )
      #expect(full["recipe"] == .string("data:\n  items: \".../items.csv\"\n"))

      // What is gone or changed under a version that answers is told, and not served.
      try Data("{}".utf8).write(to: artefacts.url("movies/2/training.json"))
      #expect(get(service, "movies/report").status == 503)
      #expect(get(service, "movies/items").status == 200)
    }
  }

  @Test("The map has every item once, the same each time, and colours by a column")
  func map() throws {
    try withService { service, _ in
      let map = try json(get(service, "movies/map", "feature=genre"))
      #expect(names(map["points"]) == (0..<30).map { "item \($0)" })
      guard case .array(let points)? = map["points"] else { return }
      #expect(points[0]["value"] == .string("comedy") && points[1]["value"] == .string("drama"))
      #expect(get(service, "movies/map").body == get(service, "movies/map").body)
      let two = try json(get(service, "movies/map", "item=item+3&item=item%204"))
      #expect(names(two["points"]) == ["item 3", "item 4"])
      guard case .array(let some)? = two["points"] else { return }
      #expect(some[0]["x"] == points[3]["x"] && some[1]["y"] == points[4]["y"])
      #expect(get(service, "movies/map", "item=none").status == 404)
      #expect(get(service, "movies/map", "feature=none").status == 400)
    }
  }

  @Test("What has changed since the artefact was made is seen, too")
  func changes() throws {
    try withService { service, _ in
      func send(_ method: String, _ path: String, _ body: String) throws {
        _ = try json(
          service.answer(
            HTTPRequest(method: method, path: "/v1/models/movies/" + path, body: Array(body.utf8))
          ).value)
      }
      let vector = (0..<8).map { "0.\($0)" }.joined(separator: ", ")
      try send(
        "PUT", "items/new%20film", #"{"features": {"genre": "western"}, "vector": [\#(vector)]}"#)
      try send("DELETE", "items/item%200", "")
      try send(
        "POST", "events",
        #"{"events": [{"user_id": "user 7", "item": "item 3"}, {"user_id": "new", "item": "item 4"}]}"#
      )
      let found = try json(get(service, "movies/items", "contains=west"))
      #expect(names(found["items"]) == ["new film"] && found["total"] == .integer(30))
      #expect(
        try json(get(service, "movies/items/new%20film"))["features"]?["genre"]
          == .string("western"))
      #expect(get(service, "movies/items/item%200").status == 404)
      #expect(
        names(try json(get(service, "movies/items"))["items"]).prefix(2) == ["new film", "item 1"])
      #expect(
        names(try json(get(service, "movies/users/user%207"))["items"]) == ["item 3", "item 7"])
      #expect(names(try json(get(service, "movies/users/new"))["items"]) == ["item 4"])
      #expect(
        names(try json(get(service, "movies/map", "item=new+film"))["points"]) == ["new film"])
      #expect(get(service, "movies/map", "item=item+0").status == 404)
    }
  }

  @Test("The map is what numpy makes of the same vectors", .needsTensorFlow)
  func numpy() throws {
    try withService { service, artefacts in
      let file = artefacts.url("map.json")
      try Data(get(service, "movies/map").body).write(to: file)
      let printed = try Python.run(
        "catalogue_map.py", [artefacts.url("movies/1/candidates.safetensors").path(), file.path()],
        of: "ShortlistServerTests")
      #expect(printed.contains("30 points agree"))
    }
  }

  @Test(
    "What is wrong with a request is told as a problem",
    arguments: [
      ("movies/items", "limit=0", 400, "limit is 0; expected 1 to 1000"),
      ("movies/items", "limit=1001", 400, "limit is 1001"),
      ("movies/items", "limit=ten", 400, "expected a whole number"),
      ("movies/items", "limit=9223372036854775807", 400, "expected 1 to 1000"),
      ("movies/items", "limit=-9223372036854775808", 400, "expected 1 to 1000"),
      ("movies/users", "limit=9223372036854775807", 400, "expected 1 to 1000"),
      ("movies/users/user%201", "limit=9223372036854775807", 400, "expected 1 to 1000"),
      ("movies/items", "limit=99999999999999999999", 400, "expected a whole number"),
      ("movies/items", "limit=1&limit=2", 400, "stands twice"),
      ("movies/items", "prefix=a&contains=b", 400, "not both"),
      ("movies/items", "sort=a", 400, #"no parameter \"sort\"; known are contains, limit, prefix"#),
      ("movies/items", "contains=%ff", 400, "no percent-encoded UTF-8"),
      ("movies/items", "contains=%4", 400, "no percent-encoded UTF-8"),
      ("movies/items", "contains=" + String(repeating: "a", count: 257), 400, "256 are the limit"),
      ("movies/items/item%201", "limit=2", 400, "known are none"),
      ("movies/users", "limit=-1", 400, "limit is -1"),
      ("movies/users/user%201", "limit=1.5", 400, "expected a whole number"),
      ("movies/report", "x", 400, "no parameter"),
      ("movies/versions/7/items", "", 404, "Servable not found"),
      ("movies/labels/none/map", "", 400, "has no label"),
      ("films/items", "", 404, "Servable not found"),
    ])
  func problems(path: String, query: String, status: Int, told: String) throws {
    try withService { service, _ in
      let response = get(service, path, query)
      let text = String(decoding: response.body, as: UTF8.self)
      #expect(response.status == status && text.contains(told), "\(response.status) \(text)")
      #expect(response.type == "application/problem+json")
    }
  }

  @Test("Methods that only look are told what is allowed, and HEAD is as GET")
  func methods() throws {
    try withService { service, _ in
      let post = get(service, "movies/report", method: "POST")
      #expect(post.status == 405)
      #expect(post.headers.contains { $0.name == "allow" && $0.value == "GET, HEAD" })
      for path in ["/", "/console/app.js", "/openapi.json", "/healthz", "/metrics", "/v1/models"] {
        let (look, change) = (
          service.answer(HTTPRequest(method: "HEAD", path: path)).value,
          service.answer(HTTPRequest(method: "POST", path: path)).value
        )
        #expect(look.status == 200 && change.status == 405, "\(path)")
      }
      #expect(get(service, "movies/items", method: "HEAD").status == 200)
      #expect(get(service, "movies/items", method: "PATCH").status == 405)
    }
  }
}
