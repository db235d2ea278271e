#if Server
  import Foundation
  import ShortlistPython
  import Testing

  /// The web console and the description of the API, held to the real server by programs that are not ours.
  @Suite("Console and API, as others see them", .serialized)
  struct ConsoleTests {
    @Test("Chromium walks through the console without a complaint", .needsChromium)
    func console() throws {
      try withLibrary { address in
        let printed = try Python.run(
          "console.py", [address] + pictures, of: "ShortlistCommandTests")
        #expect(printed.contains("checks passed"))
      }
    }

    @Test(
      "Where callers need tokens, the console asks for one and keeps it nowhere", .needsChromium)
    func token() throws {
      let token = "made-up-token-of-the-tests"
      try withLibrary(tokens: "\(token) read console\n") { address in
        let printed = try Python.run(
          "console.py", [address, "--token", token], of: "ShortlistCommandTests")
        #expect(printed.contains("checks passed"))
      }
    }

    @Test("schemathesis finds nothing that the description does not say", .needsTensorFlow)
    func schemathesis() throws {
      try withLibrary { address in
        let settings = URL(filePath: #filePath).deletingLastPathComponent()
          .appending(path: "Python/schemathesis.toml").path()
        let printed = try Python.run(
          program: "schemathesis",
          ["--config-file", settings, "run", "\(address)/openapi.json", "--no-color"])
        #expect(printed.contains("✅ Coverage") && !printed.contains("❌"), "\(printed)")
      }
    }

    /// Where pictures of the views are wanted; scripts/console/pictures.sh says so.
    private var pictures: [String] {
      ProcessInfo.processInfo.environment["SHORTLIST_PICTURES"].map { [$0] } ?? []
    }

    /// A server of two models of a library that does not exist.
    private func withLibrary(
      tokens: String? = nil, _ body: (String) throws -> Void
    ) throws {
      try withShortlist { shortlist in
        let script = URL(filePath: #filePath).deletingLastPathComponent()
          .appending(path: "../../scripts/console/made-up-library.py").path()
        try Python.run(program: "python", [script, shortlist.url("library-data").path()])
        for model in ["library", "library-wide"] {
          try shortlist.succeed(
            "train", "library-data/\(model).json", "--output", "models/\(model)", "--quiet")
        }
        try shortlist.write("told", "")
        var more: [String] = []
        if let tokens {
          more = ["--tokens", try shortlist.write("tokens", tokens)]
        }
        let outcome = try shortlist.run(
          ["serve", "models", "--port", "0", "--no-grpc"] + more,
          output: FileHandle(forWritingTo: shortlist.url("told"))
        ) { process in
          defer { process.terminate() }
          var address: Substring?
          while address == nil, process.isRunning {
            usleep(10_000)
            let told = try String(contentsOf: shortlist.url("told"), encoding: .utf8)
            address = told.firstMatch(of: /http:\/\/127\.0\.0\.1:\d+/)?.output
          }
          try body(String(try #require(address)))
        }
        #expect(outcome.code == 0 && !outcome.hasCrashed)
      }
    }
  }

  extension Trait where Self == ConditionTrait {
    fileprivate static var needsChromium: Self {
      .enabled(
        if: Python.isThere
          && (FileManager.default.fileExists(atPath: "/usr/bin/chromium")
            || ProcessInfo.processInfo.environment["SHORTLIST_NEEDS_TENSORFLOW"] != nil),
        "needs Chromium and Python: run scripts/tensorflow-packages.sh first")
    }
  }
#endif
