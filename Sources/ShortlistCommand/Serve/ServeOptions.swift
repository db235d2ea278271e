#if Server
  import ArgumentParser

  /// The settings that the command line gives; what is left out may stand in the environment or a file.
  struct ServeOptions: ParsableArguments {
    @Argument(
      help: "The folder of artefacts, or of the versions of one.", completion: .directory)
    var folder: String?
    @Option(
      help: "A file of settings, as YAML or JSON; see Guides/Serving.md.",
      completion: .file(extensions: ["yaml", "yml", "json"]))
    var config: String?

    @Option(help: "The address to listen on. (default: 127.0.0.1)") var host: String?
    @Option(help: "The port of HTTP; 0 takes any that is free. (default: 8501)") var port: Int?
    @Option(help: "The port of gRPC; 0 takes any that is free. (default: 8500)")
    var grpcPort: Int?
    @Flag(inversion: .prefixedNo, help: "Serve gRPC beside HTTP. (default: --grpc)")
    var grpc: Bool?
    @Option(
      help: "Threads that wait for sockets and answer what is quick. (default: one a core)")
    var threads: Int?
    @Option(
      help: "Seconds between looks at the folder for new versions; 0 never looks. (default: 1)")
    var poll: Double?

    @Option(
      help: "The folder for changes of catalogues and events. (default: .live beside the models)",
      completion: .directory)
    var state: String?

    @Option(
      help: "The server's certificate and those that lead to its authority, PEM; makes it TLS.",
      completion: .file())
    var tlsCertificate: String?
    @Option(help: "The private key of the certificate, PEM.", completion: .file())
    var tlsKey: String?
    @Option(
      help: "Authorities one of which must have signed the certificate of a client, PEM.",
      completion: .file())
    var tlsClientCa: String?
    @Option(
      help: "A file of the tokens that callers must bear; see Guides/Security.md.",
      completion: .file())
    var tokens: String?
    @Option(
      help: "A page that may call from a browser, as https://shop.example; may be repeated.")
    var corsOrigin: [String] = []

    @Option(help: "Connections that may be open at once. (default: 10000)")
    var maxConnections: Int?
    @Option(help: "Requests that may wait for a thread before others are refused. (default: 256)")
    var maxQueue: Int?
    @Option(help: "The largest body of a request, in bytes. (default: 4194304)")
    var maxBody: Int?
    @Option(help: "The largest header of a request, in bytes. (default: 16384)")
    var maxHeader: Int?
    @Option(help: "Seconds that a request may take to come in. (default: 30)")
    var requestTimeout: Double?
    @Option(help: "Seconds that a connection may be idle. (default: 60)") var idleTimeout: Double?
    @Option(
      help: "Seconds that requests may take to end when the server stops. (default: 10)")
    var gracePeriod: Double?
    @Option(help: "The least level that is logged: debug, info, warning, error. (default: info)")
    var logLevel: String?
    @Flag(
      inversion: .prefixedNo, help: "Log every request, not only those that the server fails.")
    var accessLog: Bool?

    /// What is given, as text.
    var given: [Setting: [String]] {
      let single: [(Setting, (any CustomStringConvertible)?)] = [
        (.folder, folder), (.host, host), (.port, port), (.grpcPort, grpcPort), (.grpc, grpc),
        (.threads, threads), (.poll, poll), (.state, state), (.header, maxHeader),
        (.certificate, tlsCertificate), (.key, tlsKey),
        (.clientAuthorities, tlsClientCa), (.tokens, tokens), (.connections, maxConnections),
        (.queue, maxQueue), (.body, maxBody), (.requestTimeout, requestTimeout),
        (.idleTimeout, idleTimeout), (.gracePeriod, gracePeriod), (.logLevel, logLevel),
        (.accessLog, accessLog),
      ]
      var given: [Setting: [String]] = [:]
      for (setting, value) in single {
        if let value { given[setting] = [value.description] }
      }
      if !corsOrigin.isEmpty { given[.origins] = corsOrigin }
      return given
    }
  }
#endif
