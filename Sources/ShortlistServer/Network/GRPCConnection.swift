#if Server
  import NIOCore
  import NIOHTTP2

  /// What stands on a connection of gRPC: HTTP/2, every stream a call.
  enum GRPCConnection {
    /// - Parameter timeout: how long nothing may come from the other side; it is asked for a sign of life before that.
    static func configure(
      _ channel: any Channel, _ gate: GRPCGate, pool: WorkPool, timeout: TimeAmount
    ) throws {
      let pipeline = channel.pipeline.syncOperations
      try pipeline.addHandler(IdleStateHandler(readTimeout: timeout))
      let ends = NIOHTTP2ServerConnectionManagementHandler(
        eventLoop: channel.eventLoop,
        configuration: .init(
          maxIdleTime: nil, maxAge: nil, maxGraceTime: nil,
          keepalive: .init(
            pingInterval: .nanoseconds(timeout.nanoseconds / 2),
            ackTimeout: .nanoseconds(timeout.nanoseconds))))
      _ = try pipeline.configureHTTP2Pipeline(
        mode: .server, connectionConfiguration: connection, streamConfiguration: stream,
        streamDelegate: ends.http2StreamDelegate
      ) { stream in
        stream.eventLoop.makeCompletedFuture {
          try stream.pipeline.syncOperations.addHandler(GRPCHandler(gate, pool: pool))
        }
      }
      try pipeline.addHandler(ends)
      try pipeline.addHandler(ClosingHandler())
    }

    private static var connection: NIOHTTP2Handler.ConnectionConfiguration {
      var configuration = NIOHTTP2Handler.ConnectionConfiguration()
      configuration.initialSettings = [
        .init(parameter: .maxConcurrentStreams, value: 256),
        .init(parameter: .maxHeaderListSize, value: 16 << 10),
        .init(parameter: .initialWindowSize, value: 256 << 10),
      ]
      configuration.targetWindowSize = 1 << 20
      // Clients of gRPC measure the bandwidth with up to ten pings a second.
      configuration.controlFrameRateLimit.maximumCount = 1_000
      return configuration
    }

    private static var stream: NIOHTTP2Handler.StreamConfiguration {
      var configuration = NIOHTTP2Handler.StreamConfiguration()
      configuration.targetWindowSize = 256 << 10
      // A client whose deadlines pass resets its streams; that is no attack.
      configuration.streamResetFrameRateLimit.maximumCount = 10_000
      return configuration
    }
  }

  /// Closes a connection on which nothing came for too long, or what came was no HTTP/2.
  private final class ClosingHandler: ChannelInboundHandler {
    typealias InboundIn = HTTP2Frame

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {}

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
      if event is IdleStateHandler.IdleStateEvent { return context.close(promise: nil) }
      context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
      // An error of one stream has ended that stream.
      if error is NIOHTTP2Errors.StreamError { return }
      context.close(promise: nil)
    }
  }
#endif
