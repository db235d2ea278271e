#if Server
  import Foundation
  import ShortlistPython
  import ShortlistSamples
  import ShortlistServer
  import ShortlistServing
  import Testing

  @Suite("gRPC of the recommendation API", .needsTensorFlow)
  struct RecommenderPythonTests {
    @Test("A client made from the .proto file gets what HTTP answers")
    func client() throws {
      try withArtefacts { artefacts in
        try artefacts.save("movies", seed: 1, readsGenres: true)
        var configuration = ServerConfiguration()
        configuration.httpPort = 0
        configuration.grpcPort = 0
        let server = Server(try artefacts.store(), configuration)
        try server.start()
        defer { server.stop() }
        let protos = URL(filePath: #filePath).deletingLastPathComponent()
          .appending(path: "../../../Sources/ShortlistMessages/Protos").standardizedFileURL
        let ports = [try #require(server.grpcPort), try #require(server.httpPort)].map(String.init)
        let output = try Python.run(
          "grpc_recommender.py", ports + [protos.path()], of: "ShortlistServerTests")
        let checks = output.split(separator: " ").first.flatMap { Int($0) } ?? 0
        #expect(checks > 150, "\(output)")
      }
    }
  }
#endif
