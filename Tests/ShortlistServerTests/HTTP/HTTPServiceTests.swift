import Foundation
import Shortlist
import ShortlistArtifacts
import ShortlistData
import ShortlistSamples
import ShortlistServing
import Testing

@testable import ShortlistServer

/// The routes without sockets.
@Suite("HTTP routes")
struct HTTPServiceTests {
  private func withService(
    _ limits: ServingLimits = .init(), _ body: (HTTPService, Artefacts) throws -> Void
  ) throws {
    try withArtefacts { artefacts in
      try artefacts.save("movies", seed: 1)
      let service = HTTPService(
        predict: PredictService(store: try artefacts.store(), limits: limits),
        metrics: ServerMetrics())
      try body(service, artefacts)
    }
  }

  private func post(_ service: HTTPService, _ path: String, _ body: String) -> HTTPResponse {
    service.answer(HTTPRequest(method: "POST", path: path, body: Array(body.utf8))).value
  }

  private func get(_ service: HTTPService, _ path: String) -> HTTPResponse {
    service.answer(HTTPRequest(method: "GET", path: path)).value
  }

  private func json(_ response: HTTPResponse) throws -> JSONValue {
    try JSONReader.read(response.body)
  }

  // MARK: TensorFlow Serving

  @Test("Predict answers in rows and in columns, with the numbers of the model")
  func predict() throws {
    try withService { service, _ in
      let path = "/v1/models/movies:predict"
      let model = try service.store.model(.init(name: "movies"))
      let best = try model.search(10, for: .init([("user_id", .strings(["user 1"]))]))[0]
      let rows = try json(post(service, path, #"{"instances": ["user 1", "nobody"]}"#))
      guard case .array(let predictions)? = rows["predictions"] else {
        Issue.record("no predictions")
        return
      }
      #expect(predictions.count == 2)
      #expect(
        predictions[0]["output_2"] == .array(best.map { .string($0.identifier) }))
      let object = try json(post(service, path, #"{"instances": [{"input_1": "user 1"}]}"#))
      #expect(object["predictions"] == .array([predictions[0]]))

      let columns = try json(post(service, path, #"{"inputs": ["user 1", "nobody"]}"#))
      let named = try json(
        post(service, path, #"{"inputs": {"input_1": ["user 1", "nobody"], "more": 1}}"#))
      #expect(columns == named)
      guard case .array(let titles)? = columns["outputs"]?["output_2"] else {
        Issue.record("no outputs")
        return
      }
      #expect(titles[0] == predictions[0]["output_2"])

      let three = try json(
        post(
          service, "/v1/models/movies/versions/1:predict",
          #"{"signature_name": "top_k", "inputs": {"queries": ["user 1"], "k": 3}}"#))
      #expect(
        three["outputs"]?["output_2"]
          == .array([.array(best.prefix(3).map { .string($0.identifier) })]))
      let without = try json(
        post(
          service, path,
          #"{"signature_name": "query_with_exclusions_k", "inputs": {"queries": ["user 1"], "k": 2, "exclusions": [["\#(best[0].identifier)"]]}}"#
        ))
      #expect(
        without["outputs"]?["output_2"]
          == .array([.array(best[1...2].map { .string($0.identifier) })]))
      let vectors = try json(
        post(
          service, path, #"{"signature_name": "embed_queries", "instances": ["user 1"]}"#))
      guard case .array(let rows)? = vectors["predictions"], case .array(let vector) = rows[0]
      else {
        Issue.record("no vectors")
        return
      }
      #expect(vector.count == 8)
    }
  }

  @Test(
    "What is no request is told as TensorFlow Serving tells it",
    arguments: [
      ("", 400, "JSON Parse error"), ("[]", 400, "expected an object"),
      ("{}", 400, "Missing 'inputs' or 'instances'"),
      (#"{"instances": [], "inputs": []}"#, 400, "both 'inputs' and 'instances'"),
      (#"{"instances": []}"#, 400, "must be an array with elements"),
      (#"{"instances": [1]}"#, 400, "not of expected type"),
      (#"{"instances": [["a"]]}"#, 400, "has 2 dimensions; expected 1"),
      (#"{"instances": ["a", ["b"]]}"#, 400, "side by side"),
      (#"{"instances": [{"other": "a"}]}"#, 400, "expected input_1"),
      (#"{"signature_name": 1, "instances": ["a"]}"#, 400, "expected a string"),
      (
        #"{"signature_name": "nope", "instances": ["a"]}"#, 400,
        "\"nope\" not found in signature def"
      ),
      (#"{"signature_name": "top_k", "inputs": ["a"]}"#, 400, "expected an object with the inputs"),
      (
        #"{"signature_name": "top_k", "inputs": {"queries": ["a"]}}"#, 400, "Missing named input: k"
      ),
      (
        #"{"signature_name": "top_k", "inputs": {"queries": ["a"], "k": 1.5}}"#, 400,
        "not of expected type"
      ),
      (#"{"signature_name": "top_k", "inputs": {"queries": ["a"], "k": [1]}}"#, 400, "expected 0"),
      (
        #"{"signature_name": "top_k", "inputs": {"queries": ["a"], "k": 3000000000}}"#, 400,
        "beyond the numbers of int32"
      ),
      (
        #"{"signature_name": "query_with_exclusions", "inputs": {"queries": ["a"], "exclusions": [["x"], ["y"]]}}"#,
        400, "one for each of 1 queries"
      ),
      (
        #"{"signature_name": "query_with_exclusions", "inputs": {"queries": ["a"], "exclusions": [["x"], ["y", "z"]]}}"#,
        400, "unexpected size"
      ),
      (#"{"instances": [{"b64": "!"}]}"#, 400, "no base64"),
      (#"{"instances": [{"b64": "/w=="}]}"#, 400, "not UTF-8"),
    ])
  func badPredict(body: String, status: Int, message: String) throws {
    try withService { service, _ in
      let response = post(service, "/v1/models/movies:predict", body)
      #expect(response.status == status)
      guard case .string(let error)? = try json(response)["error"] else {
        Issue.record("no error")
        return
      }
      #expect(error.contains(message), "\(error)")
    }
  }

  @Test("Status and metadata are TensorFlow Serving's")
  func status() throws {
    try withService { service, artefacts in
      let status = get(service, "/v1/models/movies")
      #expect(
        String(decoding: status.body, as: UTF8.self)
          == #"{"model_version_status":[{"version":"1","state":"AVAILABLE","status":{"error_code":"OK","error_message":""}}]}"#
      )
      #expect(get(service, "/v1/models/movies/versions/1").status == 200)
      #expect(get(service, "/V1/models/movies/VERSIONS/1").status == 200)
      let metadata = try json(get(service, "/v1/models/movies/metadata"))
      #expect(metadata["model_spec"]?["version"] == .string("1"))
      let signature = metadata["metadata"]?["signature_def"]?["signature_def"]?["serving_default"]
      #expect(signature?["inputs"]?["input_1"]?["dtype"] == .string("DT_STRING"))
      #expect(signature?["method_name"] == .string("tensorflow/serving/predict"))
      // A broken version says why.
      try artefacts.save("movies", seed: 2)
      try artefacts.damage("movies/2/weights.safetensors")
      service.store.poll()
      let broken = try json(get(service, "/v1/models/movies/versions/2"))
      guard case .array(let states)? = broken["model_version_status"] else {
        Issue.record("no status")
        return
      }
      #expect(states[0]["state"] == .string("END"))
      #expect(states[0]["status"]?["error_code"] == .string("DATA_LOSS"))
    }
  }

  @Test(
    "Paths that lead nowhere are told",
    arguments: [
      ("GET", "/none", 404), ("GET", "/v2/models/movies", 404), ("GET", "/v1/modelsx", 400),
      ("GET", "/v1/models/nope", 404), ("GET", "/v1/models/movies/versions/9", 404),
      ("GET", "/v1/models/movies/versions/x", 400), ("GET", "/v1/models/movies/versions", 400),
      ("GET", "/v1/models/movies/labels/x", 400), ("GET", "/v1/models//versions/1", 400),
      ("GET", "/v1/models/movies:predict", 400), ("POST", "/v1/models/movies", 400),
      ("POST", "/v1/models/movies:explode", 400), ("POST", "/v1/models/movies:classify", 501),
      ("POST", "/v1/models/nope:predict", 404), ("POST", "/v1/models/%ff:predict", 400),
      ("POST", "/v1/models/../../etc/passwd:predict", 400), ("DELETE", "/v1/models/movies", 400),
      ("POST", "/v1/models/movies/metadata", 400), ("GET", "/v1/models/movies:recommend", 405),
    ])
  func paths(method: String, path: String, status: Int) throws {
    try withService { service, _ in
      let response = service.answer(
        HTTPRequest(method: method, path: path, body: Array(#"{"instances": ["a"]}"#.utf8))
      ).value
      #expect(response.status == status, "\(String(decoding: response.body, as: UTF8.self))")
    }
  }

  // MARK: Recommendations

  @Test("Recommendations leave out what was seen, excluded, not included and not matching")
  func recommend() throws {
    try withService { service, _ in
      let path = "/v1/models/movies:recommend"
      let all = try items(post(service, path, #"{"user_id": "user 1", "k": 30}"#))
      #expect(all.count == 29 && !all.contains("item 1"))
      let seen = try items(
        post(service, path, #"{"user_id": "user 1", "k": 30, "exclude_seen": false}"#))
      #expect(seen.count == 30)
      let by = try items(post(service, path, #"{"query": {"user_id": "user 1"}, "k": 30}"#))
      #expect(by == all)
      let without = try items(
        post(service, path, #"{"user_id": "user 1", "k": 3, "exclude": ["\#(all[0])", "none"]}"#))
      #expect(without == Array(all[1...3]))
      let among = try items(
        post(service, path, #"{"user_id": "user 1", "include": ["item 5", "item 6", "item 1"]}"#))
      #expect(Set(among) == ["item 5", "item 6"])
      for filter in [#""genre = 'comedy'""#, #"{"equals": {"genre": "comedy"}}"#] {
        let response = post(
          service, path, #"{"user_id": "user 1", "k": 30, "filter": \#(filter)}"#)
        let found = try items(response)
        #expect(found.count == 10, "\(String(decoding: response.body, as: UTF8.self))")
      }
      let unknown = try json(post(service, path, #"{"user_id": "nobody"}"#))
      #expect(unknown["basis"] == .string("popularity"))
      let batch = try json(
        post(
          service, path,
          #"{"requests": [{"user_id": "user 1", "k": 1}, {"user_id": "user 2", "k": 2}]}"#))
      guard case .array(let responses)? = batch["responses"] else {
        Issue.record("no responses")
        return
      }
      #expect(responses.count == 2)
      #expect(batch["model"]?["version"] == .integer(1))
    }
  }

  @Test("Similar items are those of the library")
  func similar() throws {
    try withService { service, _ in
      let found = try items(
        post(service, "/v1/models/movies:similar", #"{"item": "item 3", "k": 4}"#))
      let model = try service.store.model(.init(name: "movies"))
      let expected = try model.retriever.similar(4, to: "item 3").map(\.identifier)
      #expect(found == expected)
      let unknown = post(service, "/v1/models/movies:similar", #"{"item": "item 99"}"#)
      #expect(unknown.status == 404)
    }
  }

  @Test(
    "Fields of the wrong kind are problems that name them",
    arguments: [
      (#"{"user_id": 1}"#, "user_id is a number; expected a string"),
      (#"{"user_id": "a", "k": "3"}"#, "k is a string; expected a whole number"),
      (#"{"user_id": "a", "k": 0}"#, "k is 0; expected 1 to 1000"),
      (#"{"user_id": "a", "k": 1001}"#, "k is 1001; expected 1 to 1000"),
      (#"{"user_id": "a", "exclude": "x"}"#, "exclude is a string; expected an array of strings"),
      (#"{"user_id": "a", "exclude": [1]}"#, "exclude holds a number; expected strings"),
      (#"{"user_id": "a", "exclude_seen": 1}"#, "exclude_seen is a number; expected true or false"),
      (#"{"user_id": "a", "filter": 1}"#, "filter is a number; expected a text or an object"),
      (#"{"user_id": "a", "filter": "genre ="}"#, "filter: "),
      (#"{"user_id": "a", "filter": "colour = 'red'"}"#, "colour"),
      (#"{"query": []}"#, "query is an array; expected an object of features"),
      (#"{"query": {}}"#, "the query lacks the feature \"user_id\""),
      (#"{"query": {"user_id": true}}"#, "query.user_id is a boolean"),
      (#"{"user": "a"}"#, "there is no field \"user\"; known are"),
      (#"{"requests": {}}"#, "requests must be an array"),
      (#"{"requests": [], "k": 1}"#, "requests must be an array"),
      (#"{"requests": [1]}"#, "the request is a number; expected an object"),
      (#"[1"#, "the body is no JSON"),
    ])
  func badRecommend(body: String, message: String) throws {
    try withService { service, _ in
      let response = post(service, "/v1/models/movies:recommend", body)
      #expect(response.status == 400)
      #expect(response.type == "application/problem+json")
      let problem = try json(response)
      #expect(problem["code"] == .string("INVALID_ARGUMENT"))
      guard case .string(let detail)? = problem["detail"] else {
        Issue.record("no detail")
        return
      }
      #expect(detail.contains(message), "\(detail)")
    }
  }

  @Test("Too much in one call is refused")
  func limits() throws {
    var limits = ServingLimits()
    (limits.batch, limits.identifiers) = (2, 3)
    try withService(limits) { service, _ in
      let path = "/v1/models/movies:recommend"
      let many = post(
        service, path, #"{"requests": [{"user_id": "a"}, {"user_id": "a"}, {"user_id": "a"}]}"#)
      #expect(many.status == 400)
      let long = post(service, path, #"{"user_id": "a", "exclude": ["a", "b", "c", "d"]}"#)
      #expect(
        String(decoding: long.body, as: UTF8.self).contains(
          "exclude names 4 items; 3 are the limit"))
      let rows = post(service, "/v1/models/movies:predict", #"{"instances": ["a", "b", "c"]}"#)
      #expect(rows.status == 400)
    }
  }

  // MARK: Health

  @Test("Health, readiness and metrics are told")
  func health() throws {
    try withService { service, _ in
      #expect(get(service, "/healthz").status == 200)
      #expect(get(service, "/readyz").status == 200)
      _ = post(service, "/v1/models/movies:predict", #"{"instances": ["user 1"]}"#)
      _ = post(service, "/v1/models/movies:predict", "{}")
      _ = post(service, "/v1/models/made-up:predict", "{}")
      _ = post(service, "/v1/models/made-up:recommend", "{}")
      let text = String(decoding: get(service, "/metrics").body, as: UTF8.self)
      let predict = #"shortlist_requests_total{model="movies",api="predict",entrypoint="rest","#
      #expect(text.contains(predict + #"code="OK"} 1"#))
      #expect(text.contains(predict + #"code="INVALID_ARGUMENT"} 1"#))
      #expect(text.contains(#"le="+Inf"} 1"#))
      #expect(!text.contains("made-up"))
      #expect(text.contains(#"{model="",api="predict",entrypoint="rest",code="NOT_FOUND"} 1"#))
      #expect(text.contains(#"shortlist_model_available{model="movies",version="1"} 1"#))
      let other = String(
        decoding: get(service, "/monitoring/prometheus/metrics").body, as: UTF8.self)
      #expect(
        other.contains(#":tensorflow:serving:request_count{model_name="movies",status="OK"} 1"#))
      #expect(
        other.contains(
          #":tensorflow:serving:request_count{model_name="movies",status="INVALID_ARGUMENT"} 1"#))
      #expect(other.contains(#"{model_name="",status="NOT_FOUND"} 2"#))
    }
  }

  private func items(_ response: HTTPResponse) throws -> [String] {
    guard case .array(let items)? = try json(response)["items"] else { return [] }
    return items.compactMap { item in
      if case .string(let name)? = item["item"] { name } else { nil }
    }
  }
}
