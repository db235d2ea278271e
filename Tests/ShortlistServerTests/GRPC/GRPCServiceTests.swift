import Foundation
import Shortlist
import ShortlistMessages
import ShortlistSamples
import ShortlistServing
import ShortlistTensorFlow
import Testing

@testable import ShortlistServer

@Suite("gRPC, without a socket")
struct GRPCServiceTests {
  @Test("Predict answers what recommending without what was seen does")
  func predict() throws {
    try withService { service, _ in
      let reply: TFServingPredictResponse = try call(service, .predict, request("user 3", k: 4))
      let model = try service.store.model(.init(name: "movies"))
      let expected = try model.retriever.recommend(
        4, for: Query(["user_id": .string("user 3")]), excludingSeen: false)
      let scores = try #require(reply.outputs["output_1"]?.floatVal)
      // A query alone and one of a batch may differ in the last bit.
      #expect(zip(scores, expected.map(\.score)).allSatisfy { abs($0 - $1) <= 1e-6 * abs($1) })
      #expect(reply.outputs["output_2"]?.strings == expected.map { Array($0.identifier.utf8) })
      #expect(reply.modelSpec.name == "movies" && reply.modelSpec.versionNumber == 1)
      #expect(reply.modelSpec.signatureName == "top_k")
      #expect(
        service.metrics.tensorFlowText(of: service.store)
          .contains("API=\"Predict\",entrypoint=\"GRPC\""))
    }
  }

  @Test("An output filter chooses, and refuses what is unknown or named twice")
  func outputFilter() throws {
    try withService { service, _ in
      var wanted = request("user 3", k: 4)
      wanted.outputFilter = ["output_2"]
      let reply: TFServingPredictResponse = try call(service, .predict, wanted)
      #expect(Array(reply.outputs.keys) == ["output_2"])
      for filter in [["nothing"], ["output_1", "output_1"]] {
        wanted.outputFilter = filter
        #expect(code(service, .predict, wanted) == .invalidArgument)
      }
    }
  }

  @Test("Requests that make no sense have the codes of TensorFlow Serving")
  func codes() throws {
    try withService { service, _ in
      func code(_ change: (inout TFServingPredictRequest) -> Void) -> ServingError.Code? {
        var wanted = request("user 3", k: 4)
        change(&wanted)
        return self.code(service, .predict, wanted)
      }
      #expect(code { $0.modelSpec = .init() } == .invalidArgument)
      #expect(code { $0.modelSpec.name = "none" } == .notFound)
      #expect(code { $0.modelSpec.version = TFServingModelSpec.number(7) } == .notFound)
      #expect(code { $0.modelSpec.version = TFServingModelSpec.number(-1) } == .notFound)
      #expect(code { $0.modelSpec.versionLabel = "stable" } == .invalidArgument)
      #expect(code { $0.modelSpec.signatureName = "none" } == .failedPrecondition)
      #expect(code { $0.inputs["k"] = nil } == .invalidArgument)
      #expect(code { $0.inputs["more"] = $0.inputs["k"] } == .invalidArgument)
      #expect(code { $0.inputs["queries"]?.dtype = .dtFloat } == .invalidArgument)
      #expect(code { $0.inputs["queries"]?.stringVal = [] } == .invalidArgument)
      #expect(code { $0.inputs["queries"]?.stringVal = [Data([0xff])] } == .invalidArgument)
      for size in [Int64.max, .min, -1, 1 << 40, 100_000] {
        #expect(
          code { $0.inputs["queries"]?.tensorShape.dim[0].size = size } == .invalidArgument,
          "\(size)")
      }
      let garbage = service.answer(.predict, [0xff, 0xff, 0xff]).value
      guard case .failure(let error) = garbage else {
        Issue.record("garbage was answered")
        return
      }
      #expect(error.code == .invalidArgument && error.message.contains("PredictRequest"))
      // Names that are made up are not kept.
      #expect(!service.metrics.text(of: service.store).contains("\"none\""))
    }
  }

  @Test("Bytes of requests, cut and changed anywhere, never crash")
  func damaged() throws {
    try withService { service, _ in
      let bytes = try request("user 3", k: 4).encoded()
      var random = SystemRandomNumberGenerator()
      for place in bytes.indices {
        _ = service.answer(.predict, Array(bytes[..<place])).value
        for _ in 0..<8 {
          var changed = bytes
          changed[place] = UInt8.random(in: 0...255, using: &random)
          for method in GRPCService.Method.allCases where method != .reload {
            _ = service.answer(method, changed).value
          }
        }
      }
    }
  }

  @Test("Metadata have every signature, by the name of its message's type")
  func metadata() throws {
    try withService { service, _ in
      var wanted = TFServingGetModelMetadataRequest.with { $0.modelSpec.name = "movies" }
      for field in [[], ["other"], ["signature_def", "other"]] {
        wanted.metadataField = field
        #expect(code(service, .metadata, wanted) == .invalidArgument)
      }
      wanted.metadataField = ["signature_def"]
      let reply: TFServingGetModelMetadataResponse = try call(service, .metadata, wanted)
      #expect(reply.modelSpec.versionNumber == 1)
      let bytes = try TFServingGetModelMetadataResponse.with {
        $0.metadata["signature_def"] = reply.metadata["signature_def"]
      }.encoded()
      let url = "type.googleapis.com/tensorflow.serving.SignatureDefMap"
      #expect(String(decoding: bytes, as: UTF8.self).contains(url))
      wanted.modelSpec = .init()
      #expect(code(service, .metadata, wanted) == .invalidArgument)
    }
  }

  @Test("The status of a model tells of every version")
  func status() throws {
    try withService { service, artefacts in
      try artefacts.save("movies", seed: 2)
      service.store.poll()
      var wanted = TFServingGetModelStatusRequest.with { $0.modelSpec.name = "movies" }
      let reply: TFServingGetModelStatusResponse = try call(service, .status, wanted)
      #expect(reply.modelVersionStatus.map(\.version) == [2, 1])
      #expect(reply.modelVersionStatus.map(\.state) == [.available, .end])
      wanted.modelSpec.version = TFServingModelSpec.number(9)
      #expect(code(service, .status, wanted) == .notFound)
      wanted.modelSpec = .with { $0.name = "none" }
      #expect(code(service, .status, wanted) == .notFound)
      wanted.modelSpec = .init()
      #expect(code(service, .status, wanted) == .invalidArgument)
    }
  }

  @Test("A reload replaces the list of models, and a bad one changes nothing")
  func reload() throws {
    try withService { service, artefacts in
      try artefacts.save("books", seed: 5)
      try artefacts.save("movies", seed: 2)
      func config(_ name: String, _ change: (inout TFServingModelConfig) -> Void = { _ in })
        -> TFServingModelConfig
      {
        .with {
          $0.name = name
          $0.basePath = artefacts.url(name).path()
          $0.modelPlatform = "tensorflow"
          change(&$0)
        }
      }
      func list(_ models: TFServingModelConfig...) -> TFServingReloadConfigRequest {
        .with { $0.config.modelConfigList.config = models }
      }
      for bad in [
        .init(), list(config("books"), config("books")), list(config("books") { $0.name = "" }),
        list(config("books") { $0.basePath = "books" }),
        list(config("books") { $0.modelPlatform = "pytorch" }),
        list(config("books") { $0.modelVersionPolicy.specific = .init() }),
      ] {
        #expect(code(service, .reload, bad) == .invalidArgument)
      }
      let label = list(config("movies") { $0.versionLabels["stable"] = 9 })
      #expect(code(service, .reload, label) == .failedPrecondition)
      #expect(service.store.names == ["movies"])
      let all = list(
        config("movies") {
          $0.modelVersionPolicy.all = .init()
          $0.versionLabels["stable"] = 1
        })
      let reply: TFServingReloadConfigResponse = try call(service, .reload, all)
      #expect(reply.status.errorCode == 0)
      #expect(try service.store.model(.init(name: "movies", label: "stable")).version == 1)
      #expect(try service.store.model(.init(name: "movies")).version == 2)
      let _: TFServingReloadConfigResponse = try call(service, .reload, list(config("books")))
      #expect(service.store.names == ["books"])
      let absent = list(config("absent") { $0.basePath = "/absent" })
      #expect(code(service, .reload, absent) == .failedPrecondition)
    }
  }

  @Test("The health check knows the services, and whether models answer")
  func health() throws {
    try withService { service, _ in
      for name in ["", "tensorflow.serving.PredictionService", "grpc.health.v1.Health"] {
        let reply: GRPCHealthCheckResponse = try call(
          service, .health, GRPCHealthCheckRequest.with { $0.service = name })
        #expect(reply.status == .serving)
      }
      #expect(
        code(service, .health, GRPCHealthCheckRequest.with { $0.service = "none" }) == .notFound)
      try service.store.reload([])
      let reply: GRPCHealthCheckResponse = try call(service, .health, GRPCHealthCheckRequest())
      #expect(reply.status == .notServing)
    }
  }

  @Test("Timeouts, content types and texts of failures")
  func headers() throws {
    #expect(try GRPCHeaders.timeout("100m") == .milliseconds(100))
    #expect(try GRPCHeaders.timeout("99999999H") == .seconds(99_999_999 * 3600))
    for text in ["", "m", "1", "1s", "-1S", "123456789S", "1 S", "٣S", "1é"] {
      #expect(throws: ServingError.self, "\(text)") { try GRPCHeaders.timeout(text) }
    }
    #expect(GRPCHeaders.isGRPC("application/grpc") && GRPCHeaders.isGRPC("application/grpc+proto"))
    #expect(!GRPCHeaders.isGRPC("application/grpc-web") && !GRPCHeaders.isGRPC("text/plain"))
    #expect(GRPCHeaders.message("a % é\n") == "a %25 %C3%A9%0A")
    #expect(GRPCHeaders.message(String(repeating: "a", count: 5000)).count == 1024)
    #expect(GRPCHeaders.message(String(repeating: "é", count: 5000)).count == 1024 * 3)
  }

  // MARK: Calls

  private func request(_ user: String, k: Int) -> TFServingPredictRequest {
    .with {
      $0.modelSpec.name = "movies"
      $0.modelSpec.signatureName = "top_k"
      $0.inputs["queries"] = TFTensorProto([user], shape: [1])
      $0.inputs["k"] = TFTensorProto(.dtInt32, shape: []) { $0.intVal = [Int32(k)] }
    }
  }

  private func call<Response: ProtobufMessage>(
    _ service: GRPCService, _ method: GRPCService.Method, _ request: some ProtobufMessage
  ) throws -> Response {
    try Response(decoding: try service.answer(method, try request.encoded()).value.get())
  }

  private func code(
    _ service: GRPCService, _ method: GRPCService.Method, _ request: some ProtobufMessage
  ) -> ServingError.Code? {
    do {
      _ = try service.answer(method, try request.encoded()).value.get()
      return nil
    } catch {
      return (error as? ServingError)?.code
    }
  }

  private func withService(_ body: (GRPCService, Artefacts) throws -> Void) throws {
    try withArtefacts { artefacts in
      try artefacts.save("movies", seed: 1)
      let service = GRPCService(
        predict: PredictService(store: try artefacts.store()), metrics: ServerMetrics())
      try body(service, artefacts)
    }
  }
}
