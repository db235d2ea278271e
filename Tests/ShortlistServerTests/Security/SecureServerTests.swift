#if Server
  import Foundation
  import ShortlistPython
  import ShortlistSamples
  import ShortlistServing
  import Testing

  @testable import ShortlistServer

  @Suite("Certificates and tokens over sockets")
  struct SecureServerTests {
    private static let tokens = """
      # Tokens of the tests.
      reader-0123456789 read reader
      writer-0123456789   write  writer

      chief-0123456789 admin chief
      sha256:\(sum) read,write,admin everybody
      """
    /// That of `all-0123456789abc`.
    private static let sum = "41be7cace130e25fdc9ed840bc4e37e64b3ebb3bd42fee547b14a762642788ad"

    private func configuration(
      _ folder: URL, _ name: String, clients: String? = nil
    ) -> ServerConfiguration {
      var configuration = ServerConfiguration()
      (configuration.httpPort, configuration.grpcPort) = (0, 0)
      configuration.requestTimeout = .seconds(2)
      configuration.tls = TLSFiles(
        certificates: folder.appending(path: "\(name).crt").path(),
        key: folder.appending(path: "\(name).key").path(),
        clientAuthorities: clients.map { folder.appending(path: "\($0).crt").path() })
      return configuration
    }

    @Test("Who may call is let in, and nobody else", .needsTensorFlow)
    func clients() throws {
      try withArtefacts { artefacts in
        try artefacts.save("movies", seed: 1)
        let store = try artefacts.store()
        try withTemporaryFolder { folder in
          try Certificates.make(in: folder)
          for name in ["crt", "key"] {
            try FileManager.default.copyItem(
              at: folder.appending(path: "server.\(name)"),
              to: folder.appending(path: "rotated.\(name)"))
          }
          var configurations = [
            "tls": configuration(folder, "server"),
            "expired": configuration(folder, "expired"),
            "mutual": configuration(folder, "server", clients: "ca"),
            "rotated": configuration(folder, "rotated"),
          ]
          let tokens = folder.appending(path: "tokens")
          try Data(Self.tokens.utf8).write(to: tokens)
          configurations["tokens"] = configuration(folder, "server")
          configurations["tokens"]?.tokens = tokens.path()
          let servers = configurations.mapValues { Server(store, $0) }
          defer { for server in servers.values { server.stop() } }
          for server in servers.values { try server.start() }
          let ports = servers.mapValues { ["http": $0.httpPort ?? 0, "grpc": $0.grpcPort ?? 0] }
          let list = folder.appending(path: "servers.json")
          try JSONEncoder().encode(ports).write(to: list)
          let output = try Python.run(
            "secure_client.py", [folder.path(), list.path()], of: "ShortlistServerTests")
          let checks = output.split(separator: " ").first.flatMap { Int($0) } ?? 0
          #expect(checks > 300, "\(output)")
        }
      }
    }

    @Test("Certificates and tokens that make no sense are told before anything listens")
    func wrongFiles() throws {
      try withArtefacts { artefacts in
        try artefacts.save("movies", seed: 1)
        let store = try artefacts.store()
        try withTemporaryFolder { folder in
          try Certificates.make(in: folder)
          func message(_ configuration: ServerConfiguration) -> String {
            let server = Server(store, configuration)
            defer { server.stop() }
            let error = #expect(throws: ServingError.self) { try server.start() }
            #expect(error?.code == .invalidArgument)
            return error?.message ?? ""
          }
          var wrong = configuration(folder, "server")
          wrong.tls?.certificates = folder.appending(path: "none.crt").path()
          #expect(message(wrong).contains("none.crt: certificates cannot be read"))
          wrong = configuration(folder, "server")
          wrong.tls?.key = folder.appending(path: "second.key").path()
          #expect(message(wrong).contains("second.key: not the key of the certificate"))
          wrong.tls?.key = folder.appending(path: "server.crt").path()
          #expect(message(wrong).contains("a private key cannot be read"))
          wrong = configuration(folder, "server", clients: "none")
          #expect(message(wrong).contains("none.crt"))
          wrong = configuration(folder, "server")
          wrong.tokens = folder.appending(path: "none").path()
          #expect(message(wrong).contains("the tokens cannot be read"))
        }
      }
    }
  }
#endif
