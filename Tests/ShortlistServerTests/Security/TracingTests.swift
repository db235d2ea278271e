#if Server
  import Foundation
  import InMemoryTracing
  import Instrumentation
  import ShortlistSamples
  import ShortlistServing
  import Testing
  import Tracing

  @testable import ShortlistServer

  @Suite("Traces")
  struct TracingTests {
    private static let parent = ("in-memory-trace-id", "in-memory-span-id")

    @Test("Every request is a span, in the trace of its caller")
    func spans() throws {
      try withArtefacts { artefacts in
        try artefacts.save("movies", seed: 1)
        let service = HTTPService(
          predict: PredictService(store: try artefacts.store()), metrics: ServerMetrics())
        let tracer = InMemoryTracer()
        var gate = HTTPGate(service: service)
        gate.watch.beginSpan = Spans.begin(with: tracer)
        func call(_ path: String, _ headers: [(name: String, value: String)] = []) -> HTTPResponse {
          gate.answer(
            HTTPRequest(
              method: "POST", path: path, headers: HTTPFields(headers),
              body: Array(#"{"user_id": "user 1"}"#.utf8))
          ).value
        }
        let headers = [(name: Self.parent.0, value: "trace-7"), (Self.parent.1, "span-7")]
        let response = call("/v1/models/movies/versions/1:Recommend", headers)
        let span = try #require(tracer.popFinishedSpans().first)
        #expect(span.operationName == "POST /v1/models/{model}:recommend")
        #expect(span.kind == .server && span.traceID == "trace-7")
        #expect(span.spanContext.parentSpanID == "span-7")
        #expect(span.attributes.get("http.response.status_code") == .int64(200))
        // The caller is told of the span.
        #expect(
          response.headers.contains { $0.name == Self.parent.1 && $0.value == span.spanID })
        #expect(response.headers.contains { $0.name == "x-request-id" })

        #expect(call("/v1/models/movies:classify").status == 501)
        let failed = try #require(tracer.popFinishedSpans().first)
        #expect(failed.status?.code == .error && failed.spanContext.parentSpanID == nil)
        // A request that is dropped ends its span, too.
        do { _ = gate.answer(HTTPRequest(method: "GET", path: "/healthz")) }
        #expect(tracer.activeSpans.isEmpty && tracer.popFinishedSpans().count == 1)
      }
    }

    @Test("Calls of gRPC are spans, and where nobody traces nothing is made")
    func grpc() throws {
      #expect(Spans.begin(with: NoOpTracer()) == nil)
      try withArtefacts { artefacts in
        try artefacts.save("movies", seed: 1)
        let tracer = InMemoryTracer()
        var configuration = ServerConfiguration()
        (configuration.httpPort, configuration.grpcPort) = (0, 0)
        let server = Server(try artefacts.store(), configuration)
        // As a program that has set up a tracer.
        try withTracer(tracer) { try server.start() }
        defer { server.stop() }
        let client = try HTTP2Client(port: try #require(server.grpcPort))
        defer { client.close() }
        let reply = try client.call(
          GRPCService.Method.health.rawValue, [],
          [("x-request-id", "mine"), (Self.parent.0, "trace-8"), (Self.parent.1, "span-8")])
        #expect(reply.status == 0 && reply.header("x-request-id") == "mine")
        let span = try #require(tracer.popFinishedSpans().first)
        #expect(span.operationName == "/grpc.health.v1.Health/Check")
        #expect(span.traceID == "trace-8" && span.spanContext.parentSpanID == "span-8")
        #expect(span.attributes.get("rpc.grpc.status_code") == .int64(0))
        #expect(reply.header(Self.parent.1) == span.spanID)
        // A call whose caller goes away ends its span.
        let call = try client.begin(HTTP2Client.headers(GRPCService.Method.predict.rawValue))
        while tracer.activeSpans.isEmpty { usleep(1_000) }
        call.reset()
        let late = ContinuousClock.now + .seconds(10)
        while !tracer.activeSpans.isEmpty, ContinuousClock.now < late { usleep(1_000) }
        #expect(tracer.activeSpans.isEmpty)
      }
    }
  }
#endif
