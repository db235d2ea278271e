#if Server
  import NIOCore
  import NIOHPACK
  import NIOHTTP2
  import ShortlistServing

  /// One call of gRPC, which is one stream of HTTP/2: collects the message, has it answered, and writes the response.
  ///
  /// Written by hand, because every method here is unary: docs/decisions/0008-grpc-by-hand.md.
  final class GRPCHandler: ChannelInboundHandler {
    typealias InboundIn = HTTP2Frame.FramePayload
    typealias OutboundOut = HTTP2Frame.FramePayload

    private let gate: GRPCGate
    private let pool: WorkPool
    private var call: GRPCGate.Call?
    private var encoding: String?
    private var body: GRPCBody
    private var isAnswered = false
    /// Whether the caller has said that nothing more comes.
    private var hasEnded = false
    private var deadline: NIODeadline?
    private var alarm: Scheduled<Void>?
    /// Rings when a call has not come in for too long.
    private var arrival: Scheduled<Void>?
    /// Set when nobody waits for the answer any more.
    private let isGone = Flag()

    init(_ gate: GRPCGate, pool: WorkPool) {
      self.gate = gate
      self.pool = pool
      body = GRPCBody(limit: gate.service.limits.body)
    }

    // MARK: Reading

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      guard !isAnswered else { return }
      do throws(ServingError) {
        switch unwrapInboundIn(data) {
        case .headers(let part):
          hasEnded = part.endStream
          if call == nil { try begin(part.headers, context) }
        case .data(let part):
          hasEnded = part.endStream
          guard case .byteBuffer(var bytes) = part.data else { return }
          try body.append(&bytes, encoding: encoding)
        default: return
        }
        if hasEnded, !isAnswered, let method = call?.method {
          answer(method, try body.end(), context)
        }
      } catch {
        finish(.failure(error), context)
      }
    }

    private func begin(
      _ headers: HPACKHeaders, _ context: ChannelHandlerContext
    ) throws(ServingError) {
      guard headers.first(name: ":method") == "POST" else { return refuse(405, context) }
      guard let type = headers.first(name: "content-type"), GRPCHeaders.isGRPC(type) else {
        return refuse(415, context)
      }
      var call = gate.begin { headers.first(name: $0) }
      defer { self.call = call }
      try gate.admit(&call, authorization: headers.first(name: "authorization"))
      encoding = headers.first(name: "grpc-encoding")
      if let text = headers.first(name: "grpc-timeout") {
        try wait(atMost: try GRPCHeaders.timeout(text), context)
      }
    }

    private func wait(
      atMost timeout: Duration, _ context: ChannelHandlerContext
    ) throws(ServingError) {
      guard timeout > .zero else { throw Self.late }
      let deadline = NIODeadline.now() + TimeAmount(timeout)
      self.deadline = deadline
      let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
      alarm = context.eventLoop.scheduleTask(deadline: deadline) {
        let (handler, context) = bound.value
        handler.finish(.failure(Self.late), context)
      }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
      context.fireChannelReadComplete()
      // Most calls come in at once, and need no clock.
      guard !hasEnded, !isAnswered, arrival == nil else { return }
      let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
      arrival = context.eventLoop.scheduleTask(in: TimeAmount(gate.timeout)) {
        let (handler, context) = bound.value
        guard !handler.hasEnded else { return }
        handler.finish(.failure(Self.slow), context)
      }
    }

    private static let slow = ServingError(
      .deadlineExceeded, "the call did not come in for too long")
    private static let late = ServingError(
      .deadlineExceeded, "the deadline of the caller has passed")

    private func answer(
      _ method: GRPCService.Method, _ message: [UInt8], _ context: ChannelHandlerContext
    ) {
      if let deadline, deadline <= .now() { return finish(.failure(Self.late), context) }
      switch gate.service.answer(method, message) {
      case .ready(let outcome): finish(outcome, context)
      case .query(let query) where query.cost <= WorkPool.quick: finish(query.value, context)
      case .search(let search) where search.cost <= WorkPool.quick: finish(search.value, context)
      case .work(let cost, let work) where cost <= WorkPool.quick: finish(work(), context)
      case .query(let query): hand(context) { query.join($0, taken: $1) }
      case .search(let search): hand(context) { search.join($0, taken: $1) }
      case .work(let cost, let work):
        // What waits for the disk has threads of its own.
        hand(context) { joining, taken in
          pool.run(writes: cost == .max) { if joining.isWanted() { taken(work()) } }
        }
      }
    }

    /// Has an outcome made on another thread.
    private func hand(
      _ context: ChannelHandlerContext,
      _ begin: (ServedModel.Joining, @escaping @Sendable (GRPCService.Outcome) -> Void) -> Bool
    ) {
      let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
      let (loop, isGone) = (context.eventLoop, isGone)
      let isTaken = begin(pool.joining { !isGone.isSet }) { outcome in
        loop.execute {
          let (handler, context) = bound.value
          handler.finish(outcome, context)
        }
      }
      guard !isTaken else { return }
      finish(
        .failure(ServingError(.resourceExhausted, "too many requests are waiting; try again")),
        context)
    }

    // MARK: Writing

    private static let head: HPACKHeaders = [
      ":status": "200", "content-type": "application/grpc", "grpc-accept-encoding": "identity",
    ]
    private static let success: HPACKHeaders = ["grpc-status": "0"]

    private func finish(_ outcome: GRPCService.Outcome, _ context: ChannelHandlerContext) {
      guard !isAnswered, context.channel.isActive else { return }
      switch outcome {
      case .success(let message):
        var bytes = context.channel.allocator.buffer(capacity: message.count + 5)
        bytes.writeInteger(UInt8(0))
        bytes.writeInteger(UInt32(message.count))
        bytes.writeBytes(message)
        context.write(wrapOutboundOut(.headers(.init(headers: Self.head))), promise: nil)
        context.write(wrapOutboundOut(.data(.init(data: .byteBuffer(bytes)))), promise: nil)
        end(trailers(Self.success, nil), context)
      case .failure(let error):
        var headers = Self.head
        headers.add(name: "grpc-status", value: String(error.code.rawValue))
        headers.add(name: "grpc-message", value: GRPCHeaders.message(error.message))
        end(trailers(headers, error.code), context)
      }
    }

    /// The last headers, with those that tell what the call was called.
    private func trailers(_ headers: HPACKHeaders, _ error: ServingError.Code?) -> HPACKHeaders {
      guard let call else { return headers }
      var headers = headers
      for (name, value) in gate.end(call, error) { headers.add(name: name, value: value) }
      return headers
    }

    /// An answer to what is no gRPC.
    private func refuse(_ status: Int, _ context: ChannelHandlerContext) {
      end([":status": String(status)], context)
    }

    private func end(_ headers: HPACKHeaders, _ context: ChannelHandlerContext) {
      isAnswered = true
      release()
      context.write(
        wrapOutboundOut(.headers(.init(headers: headers, endStream: true))), promise: nil)
      // The rest of what the caller sends is not wanted.
      if !hasEnded { context.write(wrapOutboundOut(.rstStream(.noError)), promise: nil) }
      context.flush()
    }

    // MARK: Ends

    private func release() {
      isGone.set()
      for clock in [alarm, arrival] { clock?.cancel() }
    }

    func channelInactive(context: ChannelHandlerContext) {
      release()
      context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
      release()
      context.close(promise: nil)
    }
  }
#endif
