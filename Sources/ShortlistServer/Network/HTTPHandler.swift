#if Server
  import NIOCore
  import NIOHTTP1
  import NIOPosix
  import ShortlistServing

  /// One connection of HTTP/1.1: collects a request, has it answered, and writes the response.
  ///
  /// What is quick is answered on the thread of the socket, what is not on another.
  final class HTTPHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let service: HTTPService
    private let pool: WorkPool
    private let drain: Flag
    private var head: HTTPRequestHead?
    private var body: [UInt8] = []
    /// The status to answer with once the request has come in whole, if it is refused.
    private var refusal: HTTPResponse?

    init(_ service: HTTPService, pool: WorkPool, drain: Flag) {
      self.service = service
      self.pool = pool
      self.drain = drain
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      switch unwrapInboundIn(data) {
      case .head(let head):
        self.head = head
        body.removeAll(keepingCapacity: true)
        refusal = nil
        if let announced = head.headers.first(name: "content-length").flatMap({ Int($0) }),
          announced > service.limits.body
        {
          refuse(context)
        } else if head.headers.first(name: "expect")?.lowercased() == "100-continue" {
          context.writeAndFlush(
            wrapOutboundOut(.head(.init(version: head.version, status: .continue))), promise: nil)
        }
      case .body(let part):
        guard refusal == nil else { return }
        if body.count + part.readableBytes > service.limits.body { return refuse(context) }
        body.append(contentsOf: part.readableBytesView)
      case .end:
        guard let head, refusal == nil else { return }
        self.head = nil
        answer(head, context)
      }
    }

    /// A body beyond the limit: answered at once, and the connection ends, since the rest of it is not wanted.
    private func refuse(_ context: ChannelHandlerContext) {
      guard let head else { return }
      let response = HTTPResponse.problem(
        ServingError(
          .invalidArgument, "the body is larger than \(service.limits.body) bytes"))
      var large = response
      large.status = 413
      refusal = large
      write(large, to: head, context, closing: true)
    }

    private func answer(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
      let parts = head.uri.split(
        separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
      let request = HTTPRequest(
        method: head.method.rawValue, path: parts.first.map(String.init) ?? "",
        query: parts.count > 1 ? String(parts[1]) : "",
        headers: HTTPFields(head.headers.map { ($0.name, $0.value) }), body: body)
      switch service.answer(request) {
      case .ready(let response): write(response, to: head, context)
      case .work(let cost, let work):
        if cost <= WorkPool.quick { return write(work(), to: head, context) }
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        let loop = context.eventLoop
        let isTaken = pool.run(writes: cost == .max) {
          let response = work()
          loop.execute {
            let (handler, context) = bound.value
            handler.write(response, to: head, context)
          }
        }
        if !isTaken {
          write(
            .problem(ServingError(.resourceExhausted, "too many requests are waiting; try again")),
            to: head, context)
        }
      }
    }

    private func write(
      _ response: HTTPResponse, to head: HTTPRequestHead, _ context: ChannelHandlerContext,
      closing: Bool = false
    ) {
      guard context.channel.isActive else { return }
      let isLast = closing || !head.isKeepAlive || drain.isSet
      var headers = HTTPHeaders()
      for (name, value) in response.headers { headers.add(name: name, value: value) }
      headers.add(name: "content-length", value: String(response.body.count))
      if isLast { headers.add(name: "connection", value: "close") }
      let status = HTTPResponseStatus(statusCode: response.status)
      context.write(
        wrapOutboundOut(.head(.init(version: head.version, status: status, headers: headers))),
        promise: nil)
      if head.method != .HEAD {
        context.write(
          wrapOutboundOut(
            .body(.byteBuffer(context.channel.allocator.buffer(bytes: response.body)))),
          promise: nil)
      }
      let promise = isLast ? context.eventLoop.makePromise(of: Void.self) : nil
      if let promise {
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        promise.futureResult.whenComplete { _ in bound.value.close(promise: nil) }
      }
      context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: promise)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
      // Nothing came for too long: a slow client, or one that keeps a connection for nothing.
      if event is IdleStateHandler.IdleStateEvent { return context.close(promise: nil) }
      context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
      context.close(promise: nil)
    }
  }
#endif
