#if Server
  import Foundation
  import Testing

  #if canImport(FoundationNetworking)
    import FoundationNetworking
  #endif

  @Suite("shortlist serve")
  struct ServeTests {
    @Test("A folder of artefacts is served until it is told to end")
    func serve() throws {
      try withShortlist { shortlist in
        try shortlist.trainMovies()
        try shortlist.write("told", "")
        let outcome = try shortlist.run(
          ["serve", ".", "--port", "0", "--grpc-port", "0", "--poll", "0.05"],
          output: FileHandle(forWritingTo: shortlist.url("told"))
        ) { process in
          let port = try shortlist.port(told: "told", of: process)
          #expect(try get(port, "/readyz") == "ready\n")
          let told = try String(contentsOf: shortlist.url("told"), encoding: .utf8)
          #expect(told.contains(/, gRPC on 127\.0\.0\.1:[1-9]\d+/), "\(told)")
          #expect(try get(port, "/v1/models").contains(#"{"name":"movies","versions":[1]}"#))
          // A new version takes the place of the old one while the server runs.
          try shortlist.succeed("train", "--output", "movies", "recipe.yaml")
          while try !get(port, "/v1/models").contains(#""versions":[2]"#) { usleep(20_000) }
          process.terminate()
        }
        #expect(outcome.code == 0 && !outcome.hasCrashed)
        for text in [
          "loaded movies version 1", "loaded movies version 2", "let go of movies version 1",
          "ending: requests that run come to their end",
        ] {
          #expect(outcome.errors.contains(text), "\(outcome.errors)")
        }
      }
    }

    @Test("Whoever has no rights on the machine serves, too")
    func nobody() throws {
      try withShortlist { shortlist in
        try shortlist.trainMovies()
        try shortlist.write("told", "")
        let isRoot = getuid() == 0
        let outcome = try shortlist.run(
          ["serve", ".", "--port", "0", "--grpc-port", "0"],
          output: FileHandle(forWritingTo: shortlist.url("told")),
          as: isRoot
            ? ["/usr/bin/setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] : []
        ) { process in
          let port = try shortlist.port(told: "told", of: process)
          #expect(try get(port, "/readyz") == "ready\n")
          process.terminate()
        }
        #expect(outcome.code == 0, "\(outcome.errors)")
      }
    }

    @Test("What cannot be served is told")
    func failures() throws {
      try withShortlist { shortlist in
        try shortlist.fail(
          1, ["serve", "none"],
          saying: ["none: there is no artefact in it; expected folders as NAME/1"])
        try shortlist.trainMovies()
        let weights = shortlist.url("movies/1/weights.safetensors")
        try Data(try Data(contentsOf: weights).dropLast(8)).write(to: weights)
        try shortlist.fail(
          1, ["serve", ".", "--port", "0"],
          saying: ["movies version 1 cannot be loaded", "weights.safetensors"])
      }
    }

    private func get(_ port: Int, _ path: String) throws -> String {
      let url = try #require(URL(string: "http://127.0.0.1:\(port)\(path)"))
      return String(decoding: try Data(contentsOf: url), as: UTF8.self)
    }
  }
#endif
