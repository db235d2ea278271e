#if Server
  import Foundation
  import NIOCore
  import NIOPosix
  public import ShortlistServing
  import ShortlistTensors
  import Tracing

  /// A server of the models of a store.
  ///
  /// ```swift
  /// let server = Server(store, configuration)
  /// try server.start()
  /// ...
  /// server.stop()
  /// ```
  public final class Server: Sendable {
    private let configuration: ServerConfiguration
    private let http: HTTPService
    private let grpc: GRPCService
    private let group: MultiThreadedEventLoopGroup
    private let pool: WorkPool
    private let drain = Flag()
    private let listeners = Guarded<Listeners>(.init())
    private let connections: Connections

    private struct Listeners {
      var http: (any Channel)?
      var grpc: (any Channel)?
    }

    public init(_ store: ModelStore, _ configuration: ServerConfiguration = .init()) {
      self.configuration = configuration
      let predict = PredictService(store: store, limits: configuration.limits)
      let metrics = ServerMetrics()
      http = HTTPService(predict: predict, metrics: metrics)
      grpc = GRPCService(predict: predict, metrics: metrics)
      group = MultiThreadedEventLoopGroup(numberOfThreads: configuration.threads)
      let pool = WorkPool(
        threads: System.coreCount, queue: configuration.queue, batches: metrics.batches)
      let connections = Connections(limit: configuration.connections)
      self.pool = pool
      self.connections = connections
      let limit = configuration.queue
      metrics.gauges.withLock {
        $0 = .init(
          connections: { connections.count }, queueDepth: { pool.depth }, queueLimit: limit)
      }
    }

    /// The port of HTTP that the server listens on, once it does.
    public var httpPort: Int? { listeners.withLock { $0.http?.localAddress?.port } }

    /// The port of gRPC that the server listens on, once it does and if it is wanted.
    public var grpcPort: Int? { listeners.withLock { $0.grpc?.localAddress?.port } }

    /// Begins to listen.
    ///
    /// - Throws: `ServingError`: `unavailable` where an address cannot be had, `invalidArgument` for certificates or
    ///   tokens that cannot be read.
    public func start() throws(ServingError) {
      // Once, so that what is found to be loopback is what is listened on.
      let address = try address()
      let log = configuration.log
      let tls = try configuration.tls.map { files throws(ServingError) in
        try TLS(files) { log?.noteRereading(files.certificates, $0) }
      }
      let access = AccessControl(
        tokens: try configuration.tokens.map { file throws(ServingError) in
          try FileBacked([file], report: { log?.noteRereading(file, $0) }) {
            () throws(ServingError) in
            try AccessTokens(contentsOf: file)
          }
        }, isLoopback: address.isLoopback)
      let watch = RequestWatch(
        log: log, logsEverything: configuration.logsRequests,
        beginSpan: Spans.begin(with: InstrumentationSystem.tracer))
      try startHTTP(
        HTTPGate(
          service: http, access: access,
          crossOrigin: CrossOrigin(origins: Set(configuration.origins)), watch: watch), tls,
        address)
      guard let port = configuration.grpcPort else { return }
      do throws(ServingError) {
        try startGRPC(
          GRPCGate(
            service: grpc, access: access, watch: watch, timeout: configuration.requestTimeout),
          tls, address, port)
      } catch {
        closeListeners()
        throw error
      }
    }

    private func startHTTP(
      _ gate: HTTPGate, _ tls: TLS?, _ address: SocketAddress
    ) throws(ServingError) {
      let (pool, drain) = (pool, drain)
      let turns = LoopTurns()
      let limits = HTTPLimits(
        head: configuration.maximumHeader, request: TimeAmount(configuration.requestTimeout),
        idle: TimeAmount(configuration.idleTimeout))
      let listener = try listen(address, configuration.httpPort) { channel in
        try tls?.protect(http: channel, within: limits.request)
        try channel.pipeline.syncOperations.addHandler(
          HTTPConnection(
            gate, pool: pool, drain: drain, limits: limits, turn: turns.turn(of: channel.eventLoop))
        )
      }
      listeners.withLock { $0.http = listener }
    }

    private func startGRPC(
      _ gate: GRPCGate, _ tls: TLS?, _ address: SocketAddress, _ port: Int
    ) throws(ServingError) {
      let pool = pool
      let idle = TimeAmount(configuration.idleTimeout)
      let timeout = TimeAmount(configuration.requestTimeout)
      let listener = try listen(address, port) { channel in
        try tls?.protect(grpc: channel, within: timeout)
        try GRPCConnection.configure(channel, gate, pool: pool, timeout: idle)
      }
      listeners.withLock { $0.grpc = listener }
    }

    /// A listener whose connections a block prepares.
    private func listen(
      _ host: SocketAddress, _ port: Int,
      _ prepare: @escaping @Sendable (any Channel) throws -> Void
    ) throws(ServingError) -> any Channel {
      let connections = connections
      let bootstrap = ServerBootstrap(group: group)
        .serverChannelOption(.backlog, value: 1024)
        .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
        .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
        .childChannelOption(.maxMessagesPerRead, value: 1)
        .childChannelInitializer { channel in
          channel.eventLoop.makeCompletedFuture {
            // One too many is closed before it costs anything.
            guard connections.add(channel) else { throw ChannelError.eof }
            try prepare(channel)
          }
        }
      var address = host
      address.port = port
      do {
        return try bootstrap.bind(to: address).wait()
      } catch {
        throw ServingError(
          .unavailable, "\(configuration.host):\(port): cannot listen: \(error)")
      }
    }

    private func address() throws(ServingError) -> SocketAddress {
      do {
        return try .makeAddressResolvingHost(configuration.host, port: 0)
      } catch {
        throw ServingError(
          .unavailable, "\(configuration.host): cannot listen: there is no such address")
      }
    }

    private func closeListeners() {
      let open = listeners.withLock { listeners in
        let open = [listeners.http, listeners.grpc].compactMap { $0 }
        listeners = .init()
        return open
      }
      for listener in open { try? listener.close().wait() }
    }

    /// Takes no more connections, lets the requests that run come to their end, and stops.
    public func stop() {
      drain.set()
      closeListeners()
      let end = ContinuousClock.now + configuration.gracePeriod
      connections.closeIdle()
      while connections.count > 0, ContinuousClock.now < end { connections.wait() }
      // What still runs gives its answers to the loops, so they end last.
      pool.stop()
      try? group.syncShutdownGracefully()
    }
  }

  extension SocketAddress {
    /// Whether nobody outside of this machine can reach it.
    var isLoopback: Bool {
      guard let text = ipAddress else { return false }
      return text == "::1" || text.hasPrefix("127.") || text.hasPrefix("::ffff:127.")
    }
  }

  extension TimeAmount {
    init(_ duration: Duration) {
      // A year is within what a clock can hold.
      self = .nanoseconds(Int64(min(duration, .seconds(31_536_000)) / .nanoseconds(1)))
    }
  }
#endif
