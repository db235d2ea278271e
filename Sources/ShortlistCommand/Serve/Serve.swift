#if Server
  import ArgumentParser
  import Dispatch
  import Foundation
  import Shortlist
  import ShortlistServer
  import ShortlistServing

  struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Serve the artefacts of a folder over HTTP and gRPC.",
      discussion: """
        EXAMPLE
          shortlist serve artifacts
          curl -d '{"user_id": "42", "k": 3}' localhost:8501/v1/models/movies:recommend
          curl -d '{"instances": ["42"]}' localhost:8501/v1/models/movies:predict

        Clients of TensorFlow Serving need only another address. The folder is looked
        at every second: a new version is loaded, checked and warmed before it takes
        the place of the old one, which ends its requests. One that cannot be loaded
        changes nothing. Ctrl-C ends the server when the requests that run have ended.

        What is not given here is taken from the environment (SHORTLIST_SERVE_PORT and
        so on), then from the file that --config names. The log, lines of JSON, goes to
        standard error; its first line has every setting and where it comes from.
        """)

    @OptionGroup var options: ServeOptions

    func run() async throws {
      let settings = try ServeSettings(
        try await SettingSources(
          options.given, environment: ProcessInfo.processInfo.environment, file: options.config))
      try serve(settings)
    }

    private func serve(_ settings: ServeSettings) throws {
      let log = EventLog(from: settings.logLevel)
      defer { log.flush() }
      log.note(.info, "settings", ["settings": settings.described])
      makeRoom(for: settings.configuration.connections, log)
      let store = try ModelStore(
        reporting: log, modelsIn: settings.folder, state: settings.state)
      var configuration = settings.configuration
      configuration.log = log
      let server = Server(store, configuration)
      // Before the port is told, so that whoever is told may end it.
      let isOver = Ending()
      try server.start()
      if settings.poll > 0 { store.watch(every: .seconds(settings.poll)) }
      try Terminal.show(Self.greeting(store, server, configuration))
      isOver.wait()
      log.note(.info, "ending: requests that run come to their end")
      store.stopWatching()
      server.stop()
    }

    private static func greeting(
      _ store: ModelStore, _ server: Server, _ configuration: ServerConfiguration
    ) -> String {
      let host = configuration.host.contains(":") ? "[\(configuration.host)]" : configuration.host
      let scheme = configuration.tls == nil ? "http" : "https"
      return
        "serving \(store.names.joined(separator: ", ")) on \(scheme)://\(host):\(server.httpPort ?? 0)"
        + (server.grpcPort.map { ", gRPC on \(host):\($0)" } ?? "")
    }

    /// Room for connections, and for the files of models beside them.
    private func makeRoom(for connections: Int, _ log: EventLog) {
      let wanted = connections + 256
      let room = OpenFiles.makeRoom(for: wanted)
      guard room < wanted else { return }
      log.note(
        .warning,
        "the system allows fewer open files than there may be connections; raise LimitNOFILE or ulimit -n",
        ["files": .integer(room), "max_connections": .integer(connections)])
    }
  }

  extension ServeSettings {
    fileprivate var described: EventLog.Value {
      .group(
        resolved.map { setting, value, source in
          (setting.rawValue, .group([("value", .text(value)), ("from", .text(source))]))
        })
    }
  }
#endif
