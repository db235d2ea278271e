public import ShortlistServing

/// Where a server listens, and how much it takes.
public struct ServerConfiguration: Sendable {
  /// The address to listen on; loopback unless said otherwise.
  public var host = "127.0.0.1"
  /// The port of HTTP; 0 for any that is free.
  public var httpPort = 8501
  /// The port of gRPC; 0 for any that is free, nil for none.
  public var grpcPort: Int? = 8500
  /// Threads that wait for sockets and answer what is quick.
  public var threads = 1
  public var limits = ServingLimits()
  /// Requests that may wait for a thread; beyond that they are refused with 429.
  public var queue = 256
  /// Connections that may be open at once; one more is closed.
  public var connections = 10_000
  /// The largest first line of a request of HTTP with all header fields, in bytes.
  public var maximumHeader = 16 << 10
  /// How long a request may take to come in whole, and the other side to agree on keys.
  public var requestTimeout = Duration.seconds(30)
  /// How long a connection may be idle between two requests, or leave responses unread.
  public var idleTimeout = Duration.seconds(60)
  /// How long requests that run may take to end when the server stops.
  public var gracePeriod = Duration.seconds(10)
  /// The certificates of HTTP and gRPC; nil for neither.
  public var tls: TLSFiles?
  /// The file of the tokens that callers must bear; nil where they need none.
  public var tokens: String?
  /// The pages that may call from a browser, as `https://shop.example`.
  public var origins: [String] = []
  /// Told what happens; nil for nobody.
  public var log: EventLog?
  /// Whether every request is logged, and not only those that the server fails.
  public var logsRequests = false

  public init() {}
}
