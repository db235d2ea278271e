#if Server
  import Foundation
  import NIOCore
  import NIOPosix
  import ShortlistSamples
  import ShortlistServing
  import ShortlistTensors
  import Testing

  @testable import ShortlistServer

  @Suite("Too much at once")
  struct FloodTests {
    @Test("A thousand silent connections keep nobody from being answered")
    func silence() throws {
      try withServer { server, group in
        let port = try #require(server.httpPort)
        let silent = try connections(1_000, to: port, on: group)
        #expect(silent.filter(\.isActive).count == 1_000)
        let start = ContinuousClock.now
        #expect(try isAnswered(port, on: group))
        #expect(ContinuousClock.now - start < .seconds(5))
        let client = try HTTP2Client(port: try #require(server.grpcPort))
        #expect(try client.call(GRPCService.Method.health.rawValue, []).status == 0)
        client.close()
      }
    }

    @Test("Connections beyond the limit are closed, and taken again once others have ended")
    func limit() throws {
      try withServer(connections: 100) { server, group in
        let port = try #require(server.httpPort)
        let open = try connections(1_000, to: port, on: group)
        let late = ContinuousClock.now + .seconds(10)
        while open.filter(\.isActive).count > 100, ContinuousClock.now < late { usleep(10_000) }
        #expect(open.filter(\.isActive).count == 100)
        #expect(try !isAnswered(port, on: group))
        for channel in open where channel.isActive { try channel.close().wait() }
        var answered = false
        while !answered, ContinuousClock.now < late { answered = try isAnswered(port, on: group) }
        #expect(answered)
      }
    }

    @Test("A call that does not come in for too long is ended")
    func slowCall() throws {
      try withServer(requestTimeout: .milliseconds(300)) { server, _ in
        let client = try HTTP2Client(port: try #require(server.grpcPort))
        defer { client.close() }
        let start = ContinuousClock.now
        let call = try client.begin(HTTP2Client.headers(GRPCService.Method.predict.rawValue))
        // A byte now and then is no sign that it will ever end.
        for byte in [0, 0, 0, 0, 9, 1, 2] as [UInt8] {
          try? call.send([byte], isLast: false)
          usleep(20_000)
        }
        let reply = try call.answer()
        #expect(reply.status == 4 && ContinuousClock.now - start < .seconds(5))
        #expect(reply.header("grpc-message")?.contains("did not come in") == true)
      }
    }

    private func connections(
      _ count: Int, to port: Int, on group: any EventLoopGroup
    ) throws -> [any Channel] {
      try (0..<count).map { _ in
        ClientBootstrap(group: group).connect(host: "127.0.0.1", port: port)
      }
      .map { try $0.wait() }
    }

    private func isAnswered(_ port: Int, on group: any EventLoopGroup) throws -> Bool {
      let request = "GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
      let answer = try? sendRaw(Array(request.utf8), to: port, on: group)
      return String(decoding: answer ?? [], as: UTF8.self).hasPrefix("HTTP/1.1 200")
    }

    private func withServer(
      connections: Int = 10_000, requestTimeout: Duration = .seconds(30),
      _ body: (Server, any EventLoopGroup) throws -> Void
    ) throws {
      // Both ends of every connection are in this process.
      try #require(OpenFiles.makeRoom(for: 4_096) >= 4_096)
      try withArtefacts { artefacts in
        try artefacts.save("movies", seed: 1)
        var configuration = ServerConfiguration()
        (configuration.httpPort, configuration.grpcPort) = (0, 0)
        configuration.connections = connections
        configuration.requestTimeout = requestTimeout
        configuration.gracePeriod = .seconds(1)
        let server = Server(try artefacts.store(), configuration)
        try server.start()
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        defer {
          try? group.syncShutdownGracefully()
          server.stop()
        }
        try body(server, group)
      }
    }
  }
#endif
