#if Server
  import ArgumentParser
  import Dispatch
  import Foundation
  import Shortlist
  import ShortlistServer
  import ShortlistServing
  import Synchronization

  struct Serve: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Serve the artefacts of a folder over HTTP and gRPC.",
      discussion: """
        EXAMPLE
          shortlist serve artifacts
          curl -d '{"user_id": "42", "k": 3}' localhost:8501/v1/models/movies:recommend
          curl -d '{"instances": ["42"]}' localhost:8501/v1/models/movies:predict

        Clients of TensorFlow Serving need only another address. The folder is looked at every second: a new
        version is loaded, checked and warmed before it takes the place of the old one, which ends its requests. One
        that cannot be loaded changes nothing. Ctrl-C ends the server when the requests that run have ended.
        """)

    @Argument(
      help: "The folder of artefacts, or of the versions of one.", completion: .directory)
    var folder: String
    @Option(help: "The address to listen on.") var host = "127.0.0.1"
    @Option(help: "The port of HTTP; 0 takes any that is free.") var port = 8501
    @Option(help: "The port of gRPC; 0 takes any that is free.") var grpcPort = 8500
    @Flag(name: .customLong("no-grpc"), help: "Serve HTTP alone.") var noGRPC = false
    @Option(help: "Threads that wait for sockets and answer what is quick.")
    var threads = ProcessInfo.processInfo.activeProcessorCount
    @Option(help: "Seconds between looks at the folder for new versions; 0 never looks.")
    var poll = 1.0
    @Option(
      help: "The folder for changes of the catalogues and events; .live in FOLDER unless named.",
      completion: .directory)
    var state: String?

    func validate() throws {
      for (name, port) in [("--port", port), ("--grpc-port", grpcPort)]
      where !(0...65_535).contains(port) {
        throw ValidationError("\(name) is \(port); expected 0 to 65535.")
      }
      guard threads >= 1, threads <= 1024 else {
        throw ValidationError("--threads is \(threads); expected 1 to 1024.")
      }
      guard poll >= 0, poll.isFinite else {
        throw ValidationError("--poll is \(poll); expected seconds, 0 or more.")
      }
    }

    func run() throws {
      let store = try loadedStore()
      var configuration = ServerConfiguration()
      configuration.host = host
      configuration.httpPort = port
      configuration.grpcPort = noGRPC ? nil : grpcPort
      configuration.threads = threads
      let server = Server(store, configuration)
      // Before the port is told, so that whoever is told may end it.
      let signals = [SIGINT, SIGTERM].map { number in
        signal(number, SIG_IGN)
        return DispatchSource.makeSignalSource(signal: number, queue: .global())
      }
      // A file that may not grow is an error of the change that wanted it, not the end of the server.
      signal(SIGXFSZ, SIG_IGN)
      let isOver = DispatchSemaphore(value: 0)
      for source in signals {
        source.setEventHandler { isOver.signal() }
        source.resume()
      }
      try server.start()
      if poll > 0 { store.watch(every: .seconds(poll)) }
      try Terminal.show(
        "serving \(store.names.joined(separator: ", ")) on http://\(host):\(server.httpPort ?? port)"
          + (server.grpcPort.map { ", gRPC on \(host):\($0)" } ?? "")
      )
      isOver.wait()
      Terminal.warn("ending: requests that run come to their end")
      store.stopWatching()
      server.stop()
      for source in signals { source.cancel() }
    }

    /// The models, each with a version that answers; versions that cannot be loaded are told.
    private func loadedStore() throws -> ModelStore {
      let hasBegun = Begun()
      let store = try ModelStore(
        ModelConfiguration.models(in: folder), state: state.map { URL(filePath: $0) }
      ) { event in
        if case .failed = event, !hasBegun.isSet { return }
        Terminal.warn(Self.text(of: event))
      }
      for name in store.names {
        let isServed = (try? store.model(.init(name: name))) != nil
        for status in try store.status(.init(name: name)) {
          guard let error = status.error else { continue }
          let text = Self.text(of: .failed(model: name, version: status.version, error))
          guard isServed else { throw CommandFailure(text) }
          Terminal.warn("warning: \(text)")
        }
      }
      hasBegun.set()
      return store
    }

    private static func text(of event: ModelStore.Event) -> String {
      switch event {
      case .loaded(let model, let version, let seconds):
        "loaded \(model) version \(version) in \(String(format: "%.3f", seconds)) s"
      case .failed(let model, let version, let error):
        "\(model) version \(version) cannot be loaded: \(error.message)"
      case .unloaded(let model, let version): "let go of \(model) version \(version)"
      case .leftOut(let model, let version, let items, let reason):
        "\(model) version \(version) leaves out \(items == 1 ? "an item" : "\(items) items") given before it: \(reason)"
      }
    }
  }

  private final class Begun: Sendable {
    private let flag = Atomic<Bool>(false)
    var isSet: Bool { flag.load(ordering: .relaxed) }
    func set() { flag.store(true, ordering: .relaxed) }
  }
#endif
