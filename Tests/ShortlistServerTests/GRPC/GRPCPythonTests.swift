#if Server
  import Foundation
  import Shortlist
  import ShortlistPython
  import ShortlistSamples
  import ShortlistServing
  import ShortlistTensorFlow
  import Testing

  @testable import ShortlistServer

  @Suite("gRPC with TensorFlow Serving's client", .needsTensorFlow)
  struct GRPCPythonTests {
    private struct Model: Encodable {
      let name: String
      let base: String
      let savedModel: String
      let expectation: SampleRetriever.Expectation
    }

    @Test("Every kind of model answers as its SavedModel does in TensorFlow")
    func client() throws {
      try withTemporaryFolder { folder in
        let samples = try SampleRetriever.all()
        let models = try samples.map { sample in
          let base = folder.appending(path: "models/\(sample.name)")
          try sample.retriever.save(to: base.path(percentEncoded: false))
          let exported = try sample.retriever.exportSavedModel(
            to: folder.appending(path: "exported/\(sample.name)").path(percentEncoded: false))
          return Model(
            name: sample.name, base: base.path(percentEncoded: false),
            savedModel: exported.path(percentEncoded: false),
            expectation: try sample.expectation())
        }
        let list = folder.appending(path: "models.json")
        try JSONEncoder().encode(models).write(to: list)
        var configuration = ServerConfiguration()
        configuration.httpPort = 0
        configuration.grpcPort = 0
        let store = try ModelStore(
          ModelConfiguration.models(in: folder.appending(path: "models").path()))
        let server = Server(store, configuration)
        try server.start()
        defer { server.stop() }
        let port = try #require(server.grpcPort)
        let output = try Python.run(
          "grpc_client.py", ["127.0.0.1:\(port)", list.path()], of: "ShortlistServerTests")
        let checks = output.split(separator: " ").first.flatMap { Int($0) } ?? 0
        #expect(checks > 700, "\(output)")
      }
    }
  }
#endif
