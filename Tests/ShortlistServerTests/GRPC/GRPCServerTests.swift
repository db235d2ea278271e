#if Server
  import Foundation
  import NIOCore
  import NIOPosix
  import Shortlist
  import ShortlistMessages
  import ShortlistSamples
  import ShortlistServing
  import ShortlistTensorFlow
  import Testing

  @testable import ShortlistServer

  @Suite("gRPC over HTTP/2")
  struct GRPCServerTests {
    private static let predict = GRPCService.Method.predict.rawValue

    @Test("A call is answered, and failures stand in the trailers")
    func calls() throws {
      try withServer { server, client in
        let reply = try client.call(Self.predict, try request(["user 3"]))
        #expect(reply.status == 0 && reply.header(":status") == "200" && reply.heads.count == 2)
        #expect(reply.header("content-type") == "application/grpc")
        #expect(reply.header("grpc-accept-encoding") == "identity")
        let response = try TFServingPredictResponse(decoding: reply.message)
        #expect(response.outputs["output_2"]?.strings?.count == 10)
        // Beyond what is answered on the thread of the socket.
        let many = (0..<1024).map { "user \($0) " + String(repeating: "x", count: 100) }
        let large = try client.call(Self.predict, try request(many))
        #expect(large.status == 0)
        let outputs = try TFServingPredictResponse(decoding: large.message).outputs
        #expect(outputs["output_1"]?.floatVal.count == 10_240)
        let failed = try client.call(Self.predict, try request(["a"], of: "né"))
        #expect(failed.status == 5 && failed.heads.count == 1)
        #expect(
          failed.header("grpc-message") == "Servable not found for request: Latest(n%C3%A9)")
      }
    }

    @Test("What is no call of gRPC, or a wrong one, is refused")
    func wrongCalls() throws {
      try withServer { server, client in
        let good = HTTP2Client.framed(try request(["user 3"]))
        func reply(
          _ bytes: [UInt8], _ headers: [(String, String)] = [], path: String = Self.predict
        ) throws -> HTTP2Client.Reply {
          let call = try client.begin(HTTP2Client.headers(path, headers))
          try? call.send(bytes, isLast: true)
          return try call.answer()
        }
        #expect(try reply(good, [(":method", "GET")]).header(":status") == "405")
        #expect(try reply(good, [("content-type", "application/json")]).header(":status") == "415")
        #expect(try reply(good, path: "/none").status == 12)
        #expect(
          try reply(good, path: "/tensorflow.serving.PredictionService/Classify").status == 12)
        #expect(try reply([]).status == 13)
        #expect(try reply(Array(good.dropLast())).status == 13)
        #expect(try reply(good + good).status == 13)
        #expect(try reply(good + [0]).status == 13)
        #expect(try reply(HTTP2Client.framed([1, 2], flag: 1)).status == 13)
        #expect(try reply(HTTP2Client.framed([1, 2], flag: 7)).status == 13)
        let compressed = try reply(
          HTTP2Client.framed([1, 2], flag: 1), [("grpc-encoding", "gzip")])
        #expect(compressed.status == 12)
        #expect(compressed.header("grpc-accept-encoding") == "identity")
        #expect(try reply(HTTP2Client.framed([], size: 100_000_000)).status == 8)
        #expect(try reply(HTTP2Client.framed([], size: Int(UInt32.max))).status == 8)
        // An empty message is a request without a model.
        #expect(try reply(HTTP2Client.framed([])).status == 3)
        #expect(try reply(good, [("grpc-encoding", "identity")]).status == 0)
        #expect(try reply(good).status == 0)
      }
    }

    @Test("Bytes of one message may come in any number of parts")
    func parts() throws {
      try withServer { server, client in
        let call = try client.begin(HTTP2Client.headers(Self.predict))
        for byte in HTTP2Client.framed(try request(["user 3"])) {
          try call.send([byte], isLast: false)
        }
        try call.send([], isLast: true)
        #expect(try call.answer().status == 0)
      }
    }

    @Test("A deadline is kept, whether the message has come or not")
    func deadlines() throws {
      try withServer { server, client in
        let start = ContinuousClock.now
        let silent = try client.begin(
          HTTP2Client.headers(Self.predict, [("grpc-timeout", "50m")]))
        #expect(try silent.answer().status == 4)
        #expect(ContinuousClock.now - start >= .milliseconds(50))
        let message = try request(["user 3"])
        for (text, status) in [("0S", 4), ("1n", 4), ("5x", 3), ("99999999H", 0), ("10S", 0)] {
          let reply = try client.call(Self.predict, message, [("grpc-timeout", text)])
          #expect(reply.status == status, "\(text)")
        }
      }
    }

    @Test("Where too many wait, the next are told so at once")
    func fullPool() throws {
      try withServer(queue: 0) { server, client throws in
        let many = (0..<1024).map { "user \($0) " + String(repeating: "x", count: 100) }
        #expect(try client.call(Self.predict, try request(many)).status == 8)
        #expect(try client.call(Self.predict, try request(["user 3"])).status == 0)
      }
    }

    @Test("Callers that go away disturb nobody")
    func resets() throws {
      try withServer { server, client in
        let many = HTTP2Client.framed(
          try request((0..<1024).map { "user \($0) " + String(repeating: "x", count: 100) }))
        for round in 0..<300 {
          let call = try client.begin(HTTP2Client.headers(Self.predict))
          if round % 3 > 0 { try call.send(many, isLast: round % 3 > 1) }
          call.reset()
        }
        #expect(try client.call(Self.predict, try request(["user 3"])).status == 0)
      }
    }

    @Test("Many streams at once are each answered with their own")
    func streams() throws {
      try withServer { server, client in
        let calls = try (0..<200).map { number in
          let call = try client.begin(HTTP2Client.headers(Self.predict))
          try call.send(
            HTTP2Client.framed(
              try request(Array(repeating: "user 1", count: 1 + number % 20))), isLast: true)
          return call
        }
        for (number, call) in calls.enumerated() {
          let reply = try call.answer()
          let scores = try TFServingPredictResponse(decoding: reply.message).outputs["output_1"]
          #expect(reply.status == 0 && scores?.floatVal.count == (1 + number % 20) * 10)
        }
      }
    }

    @Test("A server that stops ends the calls that run, and no more")
    func stops() throws {
      try withServer { server, client in
        let call = try client.begin(HTTP2Client.headers(Self.predict))
        let (stopping, start) = (Thread { server.stop() }, ContinuousClock.now)
        stopping.start()
        Thread.sleep(forTimeInterval: 0.2)
        #expect(client.channel.isActive)
        try call.send(HTTP2Client.framed(try request(["user 3"])), isLast: true)
        #expect(try call.answer().status == 0)
        try client.channel.closeFuture.wait()
        #expect(ContinuousClock.now - start < .seconds(5))
        while !stopping.isFinished { Thread.sleep(forTimeInterval: 0.01) }
      }
    }

    @Test("Bytes that are no HTTP/2 end their connection and nothing else")
    func garbage() throws {
      try withServer { server, client in
        let port = try #require(server.grpcPort)
        let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)
        let settings: [UInt8] = [0, 0, 0, 4, 0, 0, 0, 0, 0]
        var random = SystemRandomNumberGenerator()
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        defer { try? group.syncShutdownGracefully() }
        let text = try sendRaw(Array("GET / HTTP/1.1\r\n\r\n".utf8), to: port, on: group)
        #expect(!text.starts(with: Array("HTTP".utf8)))
        for round in 0..<60 {
          var bytes = round % 4 == 0 ? [] : preface + settings
          let length = Int.random(in: 1...400, using: &random)
          if round % 4 > 1 {
            // A frame of every kind, with a length that is right.
            bytes += [0, UInt8(length >> 8), UInt8(truncatingIfNeeded: length)]
            bytes += [UInt8(round % 12), UInt8.random(in: 0...255, using: &random), 0, 0, 0, 1]
          }
          bytes += (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) }
          // Some of it is the beginning of something, which is waited for.
          if round % 4 < 2 {
            _ = try sendRaw(bytes, to: port, on: group)
          } else {
            try sendAndLeave(bytes, to: port, on: group)
          }
        }
        #expect(try client.call(Self.predict, try request(["user 3"])).status == 0)
      }
    }

    @Test("A connection that says nothing is closed")
    func idle() throws {
      try withServer(idleTimeout: .milliseconds(200)) { server, client in
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        defer { try? group.syncShutdownGracefully() }
        let start = ContinuousClock.now
        _ = try sendRaw([], to: try #require(server.grpcPort), on: group)
        #expect(ContinuousClock.now - start < .milliseconds(900))
        // One that answers pings stays.
        #expect(try client.call(Self.predict, try request(["user 3"])).status == 0)
      }
    }

    @Test("A port that is taken is said, and the other one is given back")
    func takenPort() throws {
      try withServer { server, _ in
        var configuration = ServerConfiguration()
        configuration.httpPort = 0
        configuration.grpcPort = server.grpcPort
        let other = Server(try ModelStore([]), configuration)
        let error = #expect(throws: ServingError.self) { try other.start() }
        #expect(error?.code == .unavailable && other.httpPort == nil)
        other.stop()
      }
    }

    // MARK: Support

    private func request(_ users: [String], of model: String = "movies") throws -> [UInt8] {
      try TFServingPredictRequest.with {
        $0.modelSpec.name = model
        $0.inputs["input_1"] = TFTensorProto(users, shape: [users.count])
      }.encoded()
    }

    private func withServer(
      queue: Int = 256, idleTimeout: Duration = .seconds(60),
      _ body: (Server, HTTP2Client) throws -> Void
    ) throws {
      try withArtefacts { artefacts in
        try artefacts.save("movies", seed: 1)
        var configuration = ServerConfiguration()
        configuration.httpPort = 0
        configuration.grpcPort = 0
        configuration.queue = queue
        configuration.idleTimeout = idleTimeout
        let server = Server(try artefacts.store(), configuration)
        try server.start()
        defer { server.stop() }
        let client = try HTTP2Client(port: try #require(server.grpcPort))
        defer { client.close() }
        try body(server, client)
      }
    }
  }
#endif
