#if Server
  /// A setting of the server, by the name that it has in a file.
  enum Setting: String, CaseIterable {
    case folder, host, port, grpc
    case grpcPort = "grpc_port"
    case threads, poll, state
    case certificate = "tls.certificate"
    case key = "tls.key"
    case clientAuthorities = "tls.client_ca"
    case tokens
    case origins = "cors_origins"
    case connections = "max_connections"
    case queue = "max_queue"
    case body = "max_body"
    case header = "max_header"
    case requestTimeout = "request_timeout"
    case idleTimeout = "idle_timeout"
    case gracePeriod = "grace_period"
    case logLevel = "log_level"
    case accessLog = "access_log"

    static let environmentPrefix = "SHORTLIST_SERVE_"

    /// As it is called on the command line.
    var flag: String {
      switch self {
      case .folder: "FOLDER"
      case .origins: "--cors-origin"
      default: "--" + rawValue.replacing(/[._]/, with: "-")
      }
    }

    /// As it is called in the environment.
    var variable: String {
      Self.environmentPrefix + rawValue.uppercased().replacing(".", with: "_")
    }
  }
#endif
