import Foundation
import ShortlistMessages
import ShortlistSamples
import ShortlistServing
import ShortlistTensorFlow
import Testing

@testable import ShortlistServer

/// What stands at the entrances is altered at random: each request is answered or refused, with a status that is
/// documented, and the server answers good ones afterwards.
@Suite("Altered requests")
struct EntranceTests {
  private static let rounds = 4_000

  /// The bytes with a few of them changed, lost, repeated or put elsewhere.
  private func altered(_ bytes: [UInt8], _ random: inout some RandomNumberGenerator) -> [UInt8] {
    var bytes = bytes
    for _ in 0..<Int.random(in: 1...4, using: &random) {
      let place = Int.random(in: 0...bytes.count, using: &random)
      switch Int.random(in: 0..<5, using: &random) {
      case 0 where place < bytes.count: bytes[place] = .random(in: 0...255, using: &random)
      case 1 where place < bytes.count: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      case 2 where place < bytes.count: bytes.remove(at: place)
      case 3: bytes.removeLast(Int.random(in: 0...bytes.count - place, using: &random))
      default:
        let piece = bytes[(bytes.count - min(bytes.count, 8))...]
        bytes.insert(contentsOf: piece, at: place)
      }
    }
    return bytes
  }

  @Test(
    "JSON",
    arguments: [
      (
        "POST", ":recommend",
        #"{"user_id": "user 1", "k": 3, "exclude": ["item 2"], "filter": "genre = 'a'"}"#
      ),
      (
        "POST", ":recommend",
        #"{"requests": [{"user_id": "user 1"}, {"query": {"user_id": "x"}, "k": 2}]}"#
      ),
      (
        "POST", ":recommend",
        #"{"history": ["item 1", "item 3"], "exclude_seen": false, "include": ["item 2"]}"#
      ),
      ("POST", ":similar", #"{"item": "item 3", "k": 4}"#),
      ("POST", ":explain", #"{"item": "item 3", "user_id": "user 2", "k": 2}"#),
      (
        "POST", ":predict",
        #"{"signature_name": "top_k", "inputs": {"queries": ["user 1"], "k": 3}}"#
      ),
      ("POST", ":predict", #"{"instances": ["user 1", {"b64": "dXNlciAy"}]}"#),
      ("POST", "/events", #"{"events": [{"user_id": "u", "item": "item 1", "time": 12.5}]}"#),
      ("PUT", "/items", #"{"items": [{"id": "new", "vector": [1, 2, 3, 4]}]}"#),
      ("DELETE", "/items", #"{"ids": ["item 1"]}"#),
      ("PUT", "/canary", #"{"version": 1, "share": 0.5}"#),
    ])
  func json(method: String, path: String, body: String) throws {
    try withArtefacts { artefacts in
      try artefacts.save("movies", seed: 1)
      let service = HTTPService(
        predict: PredictService(store: try artefacts.store()), metrics: ServerMetrics())
      var random = SystemRandomNumberGenerator()
      var refused = 0
      // What waits for the disk is tried less often.
      for _ in 0..<(path.hasPrefix(":") ? Self.rounds : Self.rounds / 20) {
        let request = HTTPRequest(
          method: method, path: "/v1/models/movies" + path,
          body: altered(Array(body.utf8), &random))
        let response = service.answer(request).value
        #expect(
          [200, 400, 404].contains(response.status),
          "\(response.status) for \(String(decoding: request.body, as: UTF8.self))")
        if response.status != 200 { refused += 1 }
        // TensorFlow Serving's numbers may be NaN; that is no JSON, but read here.
        _ = try JSONReader.read(response.body)
      }
      #expect(refused > 0)
      let good = service.answer(
        HTTPRequest(
          method: "POST", path: "/v1/models/movies:recommend",
          body: Array(#"{"user_id": "user 1"}"#.utf8)))
      #expect(good.value.status == 200)
    }
  }

  @Test("Messages of gRPC", arguments: [GRPCService.Method.predict, .metadata, .status, .health])
  func messages(method: GRPCService.Method) throws {
    try withArtefacts { artefacts in
      try artefacts.save("movies", seed: 1)
      let service = GRPCService(
        predict: PredictService(store: try artefacts.store()), metrics: ServerMetrics())
      let predict = TFServingPredictRequest.with {
        $0.modelSpec = .with {
          $0.name = "movies"
          $0.signatureName = "top_k"
        }
        $0.inputs = [
          "queries": TFTensorProto(["user 3"], shape: [1]),
          "k": TFTensorProto(.dtInt32, shape: []) { $0.intVal = [4] },
        ]
      }
      let message: [UInt8] =
        switch method {
        case .metadata:
          try TFServingGetModelMetadataRequest.with {
            $0.modelSpec = .with { $0.name = "movies" }
            $0.metadataField = ["signature_def"]
          }.encoded()
        case .status:
          try TFServingGetModelStatusRequest.with { $0.modelSpec = .with { $0.name = "movies" } }
            .encoded()
        case .health: try GRPCHealthCheckRequest.with { $0.service = "" }.encoded()
        default: try predict.encoded()
        }
      guard case .success = service.answer(method, message).value else {
        Issue.record("the message itself is refused")
        return
      }
      let documented: Set<ServingError.Code> = [
        .invalidArgument, .notFound, .failedPrecondition,
      ]
      var random = SystemRandomNumberGenerator()
      var refused = 0
      for _ in 0..<Self.rounds {
        let bytes = altered(message, &random)
        if case .failure(let error) = service.answer(method, bytes).value {
          refused += 1
          #expect(documented.contains(error.code), "\(error) for \(bytes)")
        }
      }
      #expect(refused > 0)
      guard case .success = service.answer(method, message).value else {
        Issue.record("the message is refused afterwards")
        return
      }
    }
  }
}
