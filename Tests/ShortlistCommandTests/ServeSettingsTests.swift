#if Server
  import Foundation
  import ShortlistSamples
  import Testing

  /// Settings of the server from flags, the environment and a file, through the real command.
  @Suite("Settings of shortlist serve")
  struct ServeSettingsTests {
    private struct Wrong {
      var flags: [String] = []
      var environment: [String] = []
      var file = ""
      var code: Int32 = 2
      let message: String
    }

    @Test("A setting comes from the first source that has it, and the log says which")
    func precedence() throws {
      try withShortlist { shortlist in
        try shortlist.trainMovies()
        try shortlist.write(
          "settings.yaml",
          """
          folder: .
          port: 1
          grpc_port: 1
          threads: 3
          tls: { client_ca: nobody.crt }
          cors_origins: [https://a.example, "https://b.example:8443"]
          access_log: yes
          """)
        let resolved = try settings(
          shortlist, ["--config", "settings.yaml", "--port", "0", "--no-access-log"],
          [
            "SHORTLIST_SERVE_PORT=2", "SHORTLIST_SERVE_GRPC_PORT=0",
            "SHORTLIST_SERVE_TLS_CLIENT_CA=",
            "SHORTLIST_SERVE_GRPC=off",
          ])
        for (name, value, source) in [
          ("folder", ".", "settings.yaml: folder"), ("port", "0", "--port"),
          ("grpc_port", "0", "SHORTLIST_SERVE_GRPC_PORT"),
          ("grpc", "off", "SHORTLIST_SERVE_GRPC"), ("threads", "3", "settings.yaml: threads"),
          ("tls.client_ca", "", "SHORTLIST_SERVE_TLS_CLIENT_CA"),
          (
            "cors_origins", "https://a.example, https://b.example:8443",
            "settings.yaml: cors_origins"
          ), ("access_log", "false", "--access-log"), ("poll", "1.0", "default"),
        ] {
          #expect(resolved[name]?["value"] == value, "\(name)")
          #expect(resolved[name]?["from"] == source, "\(name)")
        }
        // JSON is YAML, too.
        try shortlist.write("settings.json", #"{"port": 0, "grpc": false, "log_level": "info"}"#)
        let json = try settings(
          shortlist, [".", "--config", "settings.json"],
          ["SHORTLIST_SERVE_CORS_ORIGINS=https://a.example,https://b.example"])
        #expect(json["port"]?["from"] == "settings.json: port")
        #expect(json["cors_origins"]?["value"] == "https://a.example, https://b.example")
      }
    }

    /// The settings that a server tells in the first line of its log.
    private func settings(
      _ shortlist: Shortlist, _ flags: [String], _ environment: [String]
    ) throws -> [String: [String: String]] {
      try shortlist.write("told", "")
      let outcome = try shortlist.run(
        ["serve"] + flags, output: FileHandle(forWritingTo: shortlist.url("told")),
        as: ["/usr/bin/env"] + environment
      ) { process in
        while process.isRunning,
          try String(contentsOf: shortlist.url("told"), encoding: .utf8).isEmpty
        { usleep(10_000) }
        process.terminate()
      }
      #expect(outcome.code == 0, "\(outcome.errors)")
      let line = try #require(outcome.errors.split(separator: "\n").first)
      let value = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
      return try #require(value?["settings"] as? [String: [String: String]], "\(line)")
    }

    @Test("What makes no sense is an error that names its source")
    func wrong() throws {
      let cases = [
        Wrong(flags: ["--port", "70000"], message: "--port is 70000; expected 0 to 65535"),
        Wrong(flags: ["--port", "x"], message: "The value 'x' is invalid for '--port <port>'"),
        Wrong(flags: ["--grpc-port=-1"], message: "--grpc-port is -1; expected 0 to 65535"),
        Wrong(flags: ["--threads", "0"], message: "--threads is 0; expected 1 to 1024"),
        Wrong(flags: ["--poll=-1"], message: "--poll is -1.0; expected seconds, 0 or more"),
        Wrong(flags: ["--max-connections", "0"], message: "--max-connections is 0; expected 1"),
        Wrong(flags: ["--request-timeout", "0"], message: "--request-timeout is 0.0; expected"),
        Wrong(flags: ["--idle-timeout", "inf"], message: "--idle-timeout is inf; expected"),
        Wrong(
          flags: ["--log-level", "loud"], message: "--log-level is loud; expected debug, info"),
        Wrong(
          flags: ["--cors-origin", "https://a.example/b"],
          message: "--cors-origin is \"https://a.example/b\"; expected scheme and host alone"),
        Wrong(flags: ["--cors-origin", "*"], message: "--cors-origin is \"*\"; expected scheme"),
        Wrong(
          flags: ["--tls-key", "a"], message: "--tls-key is set, but there is no certificate"),
        Wrong(
          environment: ["SHORTLIST_SERVE_TLS_CERTIFICATE=a"],
          message: "SHORTLIST_SERVE_TLS_CERTIFICATE is set, but there is no key"),
        Wrong(
          file: "tls: {client_ca: a}",
          message: "settings.yaml: tls.client_ca is set, but there is no certificate"),
        Wrong(
          environment: ["SHORTLIST_SERVE_PORT=tcp://10.0.0.1:80"],
          message: "SHORTLIST_SERVE_PORT is tcp://10.0.0.1:80; expected 0 to 65535"),
        Wrong(
          environment: ["SHORTLIST_SERVE_GRPC=maybe"],
          message: "SHORTLIST_SERVE_GRPC is maybe; expected true or false"),
        Wrong(
          environment: ["SHORTLIST_SERVE_PROT=1"], code: 1,
          message: "SHORTLIST_SERVE_PROT: there is no such setting; there are SHORTLIST_SERVE_"),
        Wrong(file: "port: x", message: "settings.yaml: port is x; expected 0 to 65535"),
        Wrong(
          file: "\nprot: 1", code: 1, message: "settings.yaml:2: there is no setting \"prot\""),
        Wrong(
          file: "tls:\n  foo: 1", code: 1,
          message: "settings.yaml:2: there is no setting \"tls.foo\""),
        Wrong(file: "port: [1]", code: 1, message: "settings.yaml: port: expected one value"),
        Wrong(file: "port: {a: 1}", code: 1, message: "settings.yaml: port: expected one value"),
        Wrong(file: "tls: 1", code: 1, message: "settings.yaml: tls has no settings in it"),
        Wrong(file: "# nothing", code: 1, message: "settings.yaml: the file has no settings in it"),
        Wrong(
          file: "cors_origins: a", code: 1,
          message: "settings.yaml: cors_origins: expected a list of texts"),
        Wrong(file: "{\"port\": 1", code: 1, message: "settings.yaml: the settings are not valid"),
        Wrong(
          file: "port: 1\nport: 2", code: 1, message: "settings.yaml: the settings are not valid"),
        Wrong(
          flags: ["--config", "none"], code: 1, message: "none: the settings cannot be read"),
      ]
      try withShortlist { shortlist in
        for wrong in cases {
          try shortlist.write("settings.yaml", wrong.file)
          let config = wrong.file.isEmpty ? [] : ["--config", "settings.yaml"]
          let outcome = try shortlist.run(
            ["serve", "."] + config + wrong.flags, as: ["/usr/bin/env"] + wrong.environment)
          shortlist.check(outcome, wrong.code, [wrong.message])
        }
        try shortlist.fail(
          2, ["serve"], saying: ["there is no FOLDER to serve", "SHORTLIST_SERVE_FOLDER"])
      }
    }

    @Test("With a certificate and tokens, curl is answered over TLS")
    func secure() throws {
      try withShortlist { shortlist in
        try shortlist.trainMovies()
        try Certificates.make(in: shortlist.folder)
        try shortlist.write("tokens", "reader-0123456789 read reader\n")
        try shortlist.write("told", "")
        let outcome = try shortlist.run(
          [
            "serve", ".", "--port", "0", "--grpc-port", "0", "--tls-certificate", "server.crt",
            "--tls-key", "server.key", "--tokens", "tokens", "--access-log",
          ], output: FileHandle(forWritingTo: shortlist.url("told"))
        ) { process in
          var address: String?
          while process.isRunning, address == nil {
            let told = try String(contentsOf: shortlist.url("told"), encoding: .utf8)
            address = told.firstMatch(of: /https:\/\/127\.0\.0\.1:\d+/).map { String($0.0) }
            usleep(10_000)
          }
          let models = "\(address ?? "")/v1/models"
          #expect(try curl(shortlist, models).contains("401"))
          #expect(
            try curl(shortlist, models, "--header", "authorization: Bearer reader-0123456789")
              .contains("200"))
          process.terminate()
        }
        #expect(outcome.code == 0)
        #expect(outcome.errors.contains(#""call":"GET /v1/models","status":200"#))
        #expect(outcome.errors.contains(#""caller":"reader""#))
        #expect(!outcome.errors.contains("reader-0123456789"))
      }
    }

    private func curl(_ shortlist: Shortlist, _ arguments: String...) throws -> String {
      let process = Process()
      process.executableURL = URL(filePath: "/usr/bin/env")
      process.arguments =
        ["curl", "--silent", "--cacert", "ca.crt", "--output", "/dev/null", "--write-out"]
        + ["%{http_code}"] + arguments
      process.currentDirectoryURL = shortlist.folder
      let output = Pipe()
      process.standardOutput = output
      try process.run()
      let told = try output.fileHandleForReading.readToEnd() ?? Data()
      process.waitUntilExit()
      return String(decoding: told, as: UTF8.self)
    }
  }
#endif
