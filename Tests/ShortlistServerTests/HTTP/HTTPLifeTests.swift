import Foundation
import Shortlist
import ShortlistSamples
import ShortlistServing
import Testing

@testable import ShortlistServer

/// The calls that change which version answers.
@Suite("HTTP routes for the life of models")
struct HTTPLifeTests {
  private func withService(
    versions: Int, _ body: (HTTPService, Artefacts) throws -> Void
  ) throws {
    try withArtefacts { artefacts in
      for seed in 1...versions { try artefacts.save("movies", seed: UInt64(seed)) }
      let service = HTTPService(
        predict: PredictService(store: try artefacts.store()), metrics: ServerMetrics())
      try body(service, artefacts)
    }
  }

  private func call(
    _ service: HTTPService, _ method: String, _ path: String, _ body: String = ""
  ) throws -> (status: Int, json: JSONValue) {
    let response = service.answer(
      HTTPRequest(method: method, path: "/v1/models/movies" + path, body: Array(body.utf8))
    ).value
    return (response.status, try JSONReader.read(response.body))
  }

  /// The version that answers a user.
  private func version(
    _ service: HTTPService, _ user: String = "user 1", _ path: String = ""
  ) throws -> JSONValue? {
    try call(service, "POST", "\(path):recommend", #"{"user_id": "\#(user)"}"#)
      .json["model"]?["version"]
  }

  @Test("Versions are rolled back, released and reloaded by call")
  func rollBack() throws {
    try withService(versions: 2) { service, artefacts in
      #expect(try version(service) == .integer(2))
      let back = try call(service, "POST", ":rollback")
      #expect(back.status == 200)
      #expect(back.json["version"] == .integer(1) && back.json["pinned"] == .bool(true))
      #expect(try version(service) == .integer(1))
      try artefacts.save("movies", seed: 3)
      #expect(try call(service, "POST", ":reload").json["version"] == .integer(1))
      #expect(try call(service, "POST", ":release").json["version"] == .integer(3))
      #expect(try version(service) == .integer(3))
      #expect(
        try call(service, "POST", ":rollback", #"{"version": 1}"#).json["version"] == .integer(1))
      let refused = try call(service, "POST", ":rollback")
      #expect(refused.status == 400 && refused.json["code"] == .string("FAILED_PRECONDITION"))
    }
  }

  @Test("Labels are set, moved and taken away by call")
  func labels() throws {
    try withService(versions: 2) { service, _ in
      let set = try call(service, "PUT", "/labels/stable", #"{"version": 1}"#)
      #expect(set.status == 200 && set.json["labels"] == .object([.init("stable", 1)]))
      #expect(try version(service, "user 1", "/labels/stable") == .integer(1))
      _ = try call(service, "PUT", "/labels/stable", #"{"version": 2}"#)
      #expect(try version(service, "user 1", "/labels/stable") == .integer(2))
      // The status of a label is TensorFlow Serving's still.
      #expect(try call(service, "GET", "/labels/stable").json["model_version_status"] != nil)
      #expect(try call(service, "DELETE", "/labels/stable").json["labels"] == .object([]))
      #expect(try call(service, "DELETE", "/labels/stable").status == 404)
      #expect(try call(service, "PUT", "/labels/stable", #"{"version": 7}"#).status == 400)
    }
  }

  @Test("A canary answers its share of the users, and answers say by which version")
  func canary() throws {
    try withService(versions: 2) { service, _ in
      let set = try call(service, "PUT", "/canary", #"{"version": 2, "share": 0.5}"#)
      #expect(set.status == 200 && set.json["version"] == .integer(1))
      #expect(set.json["canary"]?["share"] == .number(0.5))
      let first = try (0..<200).map { try version(service, "user \($0)") }
      let second = try (0..<200).map { try version(service, "user \($0)") }
      #expect(first == second)
      #expect((60...140).contains(first.count { $0 == .integer(2) }))
      // The same user, said by the feature.
      let chosen = try #require(first.firstIndex { $0 == .integer(2) })
      let byFeature = try call(
        service, "POST", ":recommend", #"{"query": {"user_id": "user \#(chosen)"}}"#)
      #expect(byFeature.json["model"]?["version"] == .integer(2))
      // Several requests in one call are answered by the version in force.
      let batch = try call(
        service, "POST", ":recommend",
        #"{"requests": [{"user_id": "user \#(chosen)"}, {"user_id": "a"}]}"#)
      #expect(batch.json["model"]?["version"] == .integer(1))
      // Predict follows the same shares.
      let predicted = try call(
        service, "POST", ":predict", #"{"instances": ["user \#(chosen)"]}"#)
      let expected = try call(
        service, "POST", "/versions/2:predict", #"{"instances": ["user \#(chosen)"]}"#)
      #expect(predicted.json == expected.json)
      #expect(try call(service, "DELETE", "/canary").json["canary"] == nil)
      #expect(try version(service, "user \(chosen)") == .integer(1))
    }
  }

  @Test("A shadow is compared, and told with its agreement")
  func shadow() throws {
    try withService(versions: 2) { service, _ in
      _ = try call(service, "PUT", "/shadow", #"{"version": 2, "share": 1}"#)
      for user in 0..<10 { #expect(try version(service, "user \(user)") == .integer(1)) }
      func shadow() throws -> JSONValue {
        try #require(try call(service, "GET", "/life").json["shadow"])
      }
      while try shadow()["compared"] != .integer(10) { usleep(1000) }
      guard case .number(let overlap)? = try shadow()["overlap"] else {
        Issue.record("no overlap")
        return
      }
      #expect(overlap > 0 && overlap < 1)
      #expect(try call(service, "DELETE", "/shadow").json["shadow"] == nil)
    }
  }

  @Test(
    "Changes that make no sense are refused and change nothing",
    arguments: [
      ("GET", ":rollback", "", 405), ("GET", ":reload", "", 405), ("POST", "/canary", "{}", 405),
      ("PUT", "/life", "{}", 405), ("PUT", "/canary", "", 400),
      ("PUT", "/canary", #"{"version": 2}"#, 400), ("PUT", "/canary", #"{"share": 0.1}"#, 400),
      ("PUT", "/canary", #"{"version": 2, "share": 2}"#, 400),
      ("PUT", "/canary", #"{"version": 2, "share": "a"}"#, 400),
      ("PUT", "/canary", #"{"version": 2.5, "share": 1}"#, 400),
      ("PUT", "/canary", #"{"version": 9, "share": 1}"#, 400),
      ("PUT", "/canary", #"{"version": 2, "share": 1, "more": 1}"#, 400),
      ("PUT", "/shadow", "[", 400), ("PUT", "/shadow", "[]", 400),
      ("PUT", "/labels/a", "{}", 400), ("POST", "/labels/a", #"{"version": 1}"#, 405),
      ("PUT", "/labels/a%2Fb", #"{"version": 1}"#, 400),
      ("POST", "/versions/1:rollback", "", 400), ("PUT", "/versions/1/canary", "{}", 400),
      ("POST", ":rollback", #"{"version": -1}"#, 400),
      ("POST", ":rollback", #"{"version": "1"}"#, 400),
    ])
  func refused(method: String, path: String, body: String, status: Int) throws {
    try withService(versions: 2) { service, _ in
      let before = try call(service, "GET", "/life").json
      #expect(try call(service, method, path, body).status == status)
      let after = try call(service, "GET", "/life").json
      #expect(after["version"] == before["version"] && after["pinned"] == before["pinned"])
      #expect(after["canary"] == nil && after["labels"] == .object([]))
    }
  }

  @Test("Who may not change models is refused, whoever asks for one that is not there is told")
  func forbidden() throws {
    try withService(versions: 2) { service, _ in
      let gate = HTTPGate(service: service, access: AccessControl(isLoopback: false))
      func status(_ method: String, _ path: String) -> Int {
        gate.answer(
          HTTPRequest(
            method: method, path: "/v1/models/movies" + path, body: Array(#"{"version": 1}"#.utf8))
        ).value.status
      }
      #expect(status("POST", ":rollback") == 403 && status("PUT", "/labels/a") == 403)
      #expect(status("PUT", "/canary") == 403 && status("POST", ":reload") == 403)
      let life = try call(service, "GET", "/life")
      #expect(life.status == 200)
    }
    try withService(versions: 2) { service, _ in
      let response = service.answer(HTTPRequest(method: "POST", path: "/v1/models/songs:rollback"))
      #expect(response.value.status == 404)
    }
  }
}

extension JSONValue.Member {
  fileprivate init(_ name: String, _ value: Int) { self.init(name: name, value: .integer(value)) }
}
