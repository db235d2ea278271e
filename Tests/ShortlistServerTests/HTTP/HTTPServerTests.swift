#if Server
  import Foundation
  import ShortlistArtifacts
  import ShortlistPython
  import ShortlistSamples
  import ShortlistServer
  import ShortlistServing
  import ShortlistTensorFlow
  import Testing

  @Suite("HTTP over sockets")
  struct HTTPServerTests {
    @Test("Clients of TensorFlow Serving get the numbers of the SavedModel", .needsTensorFlow)
    func clients() throws {
      try withArtefacts { artefacts in
        try artefacts.save("movies", seed: 1)
        let store = try artefacts.store()
        let model = try Retriever(contentsOf: artefacts.url("movies").path())
          .exportSavedModel(to: artefacts.url("saved").path())
        var configuration = ServerConfiguration()
        (configuration.httpPort, configuration.grpcPort) = (0, nil)
        configuration.requestTimeout = .seconds(2)
        configuration.limits.body = 1 << 20
        let server = Server(store, configuration)
        try server.start()
        defer { server.stop() }
        let port = try #require(server.httpPort)
        let printed = try Python.run(
          "http_client.py", ["\(port)", model.path()], of: "ShortlistServerTests")
        #expect(printed.contains("calls agree"))
      }
    }

    @Test("An address that is taken is told")
    func taken() throws {
      try withArtefacts { artefacts in
        try artefacts.save("movies", seed: 1)
        var configuration = ServerConfiguration()
        (configuration.httpPort, configuration.grpcPort) = (0, nil)
        let store = try artefacts.store()
        let first = Server(store, configuration)
        try first.start()
        defer { first.stop() }
        configuration.httpPort = try #require(first.httpPort)
        let second = Server(store, configuration)
        let error = #expect(throws: ServingError.self) { try second.start() }
        #expect(error?.code == .unavailable)
        #expect(error?.message.contains("cannot listen") == true)
        second.stop()
      }
    }
  }
#endif
