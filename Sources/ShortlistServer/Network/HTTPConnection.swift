#if Server
  import NIOCore
  import ShortlistServing

  /// One connection of HTTP/1.1: reads requests one after the other, has them answered, and writes the responses.
  ///
  /// What is quick is answered on the thread of the socket, what is not on another. Requests that come while one is
  /// answered wait in the buffer, and beyond a limit in the socket.
  final class HTTPConnection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private enum State {
      case head
      case body(HTTPHead, HTTPBody)
      case answering(Wish)
      /// The last response has been written; what still comes is not wanted.
      case ended
    }

    /// What a request says of its response.
    private struct Wish {
      var keepsAlive: Bool
      /// Only the head is wanted.
      var isHead: Bool
    }

    private let service: HTTPGate
    private let pool: WorkPool
    private let drain: Flag
    private let limits: HTTPLimits
    private let turn: LoopTurn

    private var state = State.head
    private var incoming = ByteBuffer()
    /// How much of `incoming` has been searched for the end of a head.
    private var searched = 0
    /// The last head that was read.
    private var last: HTTPHead?
    private var outgoing = ByteBuffer()
    private var isReading = true
    private var clock: HTTPClock

    init(
      _ service: HTTPGate, pool: WorkPool, drain: Flag, limits: HTTPLimits, turn: LoopTurn
    ) {
      self.turn = turn
      self.service = service
      self.pool = pool
      self.drain = drain
      self.limits = limits
      clock = HTTPClock(limits)
    }

    // MARK: Reading

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      // What still comes does not keep a connection that has ended.
      if case .ended = state { return }
      clock.noteRead()
      var part = unwrapInboundIn(data)
      if incoming.readableBytes == 0 {
        incoming = part
      } else {
        incoming.writeBuffer(&part)
      }
      proceed(context)
      // A buffer that nobody holds is read into again.
      if incoming.readableBytes == 0 { incoming = ByteBuffer() }
    }

    func channelReadComplete(context: ChannelHandlerContext) { flush(context) }

    private func flush(_ context: ChannelHandlerContext) {
      guard outgoing.readableBytes > 0 else { return }
      var written = outgoing
      // Emptied first: writing may call back into `channelWritabilityChanged`.
      outgoing = ByteBuffer()
      context.writeAndFlush(wrapOutboundOut(written), promise: nil)
      // A small buffer that nobody holds any more serves again.
      guard outgoing.readableBytes == 0, written.capacity <= 16 << 10 else { return }
      written.clear()
      outgoing = written
    }

    /// Does what can be done with the bytes that are there.
    private func proceed(_ context: ChannelHandlerContext) {
      do throws(HTTPFailure) {
        while try step(context) {}
      } catch {
        // Where the next request begins is not known any more.
        respond(error.response, keepsAlive: false, isHead: false, context)
      }
      adjustReading(context)
    }

    /// Goes one step on; false where more bytes, or an answer, must come first.
    private func step(_ context: ChannelHandlerContext) throws(HTTPFailure) -> Bool {
      switch state {
      case .head:
        // One whose responses nobody reads is not served more of them.
        guard context.channel.isWritable, let head = try nextHead() else { return false }
        let body = try HTTPBody(head.body, limit: service.limits.body)
        if head.expectsContinue, !body.isWhole, incoming.readableBytes == 0 {
          outgoing.writeStaticString("HTTP/1.1 100 Continue\r\n\r\n")
          flush(context)
        }
        return try takeBody(head, body, context)
      case .body(let head, let body):
        state = .head
        return try takeBody(head, body, context)
      case .answering, .ended: return false
      }
    }

    /// Takes what has come of a body, and has the request answered once that is all of it.
    private func takeBody(
      _ head: HTTPHead, _ body: consuming HTTPBody, _ context: ChannelHandlerContext
    ) throws(HTTPFailure) -> Bool {
      if !body.isWhole {
        let buffer = incoming
        let taken = try body.take(buffer.readableBytesUInt8Span)
        incoming.moveReaderIndex(forwardBy: taken)
      }
      guard body.isWhole else {
        state = .body(head, body)
        return false
      }
      clock.requestIsWhole()
      state = .answering(Wish(keepsAlive: head.keepsAlive, isHead: head.method == "HEAD"))
      return answer(
        HTTPRequest(
          method: head.method, target: head.target, headers: head.fields, body: body.bytes), context
      )
    }

    /// The head of the next request, once all of it has come.
    private func nextHead() throws(HTTPFailure) -> HTTPHead? {
      // Empty lines before a request are passed over (RFC 9112, 2.2).
      while searched == 0, let byte = incoming.getInteger(at: incoming.readerIndex, as: UInt8.self),
        byte == 0x0d || byte == 0x0a
      {
        incoming.moveReaderIndex(forwardBy: 1)
      }
      guard incoming.readableBytes > 0 else { return nil }
      clock.requestBegins()
      guard let size = headSize() else {
        guard incoming.readableBytes <= limits.head else { throw tooLarge }
        return nil
      }
      guard size <= limits.head, let bytes = incoming.readBytes(length: size) else {
        throw tooLarge
      }
      searched = 0
      // Callers send the same head again and again.
      if let last, last.bytes == bytes { return last }
      let head = try HTTPHead(bytes)
      last = head
      return head
    }

    private var tooLarge: HTTPFailure {
      HTTPFailure(431, "the header is larger than \(limits.head) bytes")
    }

    /// The bytes up to and with the empty line; nil where it has not come.
    private func headSize() -> Int? {
      let buffer = incoming
      let bytes = buffer.readableBytesUInt8Span
      var place = max(searched, 1)
      while place < bytes.count {
        // An empty line ends with a line feed that stands one or two bytes after another.
        if bytes[place] == 0x0a,
          bytes[place - 1] == 0x0a
            || place > 1 && bytes[place - 1] == 0x0d && bytes[place - 2] == 0x0a
        {
          return place + 1
        }
        place += 1
      }
      searched = bytes.count
      return nil
    }

    /// Reads no more from the socket while more than one request waits here.
    private func adjustReading(_ context: ChannelHandlerContext) {
      let wanted =
        if case .ended = state { true } else {
          incoming.readableBytes <= limits.head + (64 << 10)
        }
      guard wanted != isReading else { return }
      isReading = wanted
      context.channel.setOption(.autoRead, value: wanted).whenFailure { _ in }
    }

    // MARK: Answering

    /// Has a request answered; whether that is done.
    private func answer(_ request: HTTPRequest, _ context: ChannelHandlerContext) -> Bool {
      switch service.answer(request) {
      case .ready(let response):
        respond(response, context)
        return true
      case .query(let query) where query.cost <= WorkPool.quick:
        turn.answer(query) { [self] in finish($0, context) }
      case .search(let search) where search.cost <= WorkPool.quick:
        turn.atEnd { [self] in finish(search.value, context) }
      case .work(let cost, let work) where cost <= WorkPool.quick:
        turn.atEnd { [self] in finish(work(), context) }
      case .query(let query): hand(context) { query.join(pool.joining(), taken: $0) }
      case .search(let search): hand(context) { search.join(pool.joining(), taken: $0) }
      case .work(let cost, let work):
        // What waits for the disk has threads of its own.
        hand(context) { taken in pool.run(writes: cost == .max) { taken(work()) } }
      }
      return false
    }

    /// Has a response made on another thread.
    private func hand(
      _ context: ChannelHandlerContext,
      _ begin: (@escaping @Sendable (HTTPResponse) -> Void) -> Bool
    ) {
      let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
      let loop = context.eventLoop
      let isTaken = begin { response in
        loop.execute {
          let (connection, context) = bound.value
          connection.finish(response, context)
        }
      }
      guard !isTaken else { return }
      let refusal = ServingError(.resourceExhausted, "too many requests are waiting; try again")
      turn.atEnd { [self] in finish(.problem(refusal), context) }
    }

    /// Writes a response that was not there at once, and goes on with what has come meanwhile.
    private func finish(_ response: HTTPResponse, _ context: ChannelHandlerContext) {
      guard context.channel.isActive else { return }
      respond(response, context)
      if incoming.readableBytes > 0 { proceed(context) }
      turn.flush { [self] in flush(context) }
    }

    /// Writes the response to the request that is being answered.
    private func respond(_ response: HTTPResponse, _ context: ChannelHandlerContext) {
      guard case .answering(let wish) = state else { return }
      respond(
        response, keepsAlive: wish.keepsAlive && !drain.isSet, isHead: wish.isHead, context)
    }

    private func respond(
      _ response: HTTPResponse, keepsAlive: Bool, isHead: Bool, _ context: ChannelHandlerContext
    ) {
      response.write(to: &outgoing, keepsAlive: keepsAlive, isHead: isHead)
      state = keepsAlive ? .head : .ended
      if keepsAlive { return clock.requestIsOver() }
      end(context)
    }

    /// Closes the connection when everything is written. What a caller is still sending is read for a moment: closed at
    /// once, the socket would take back the response.
    private func end(_ context: ChannelHandlerContext) {
      let written = context.eventLoop.makePromise(of: Void.self)
      let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
      let linger = incoming.readableBytes > 0 || clock.isReceiving
      incoming = ByteBuffer()
      written.futureResult.whenComplete { _ in
        guard linger else { return bound.value.close(promise: nil) }
        _ = bound.value.eventLoop.scheduleTask(in: .seconds(1)) { bound.value.close(promise: nil) }
      }
      let last = outgoing
      outgoing = ByteBuffer()
      context.writeAndFlush(wrapOutboundOut(last), promise: written)
    }

    // MARK: Ends

    func handlerAdded(context: ChannelHandlerContext) { watch(context) }

    func handlerRemoved(context: ChannelHandlerContext) { clock.stop() }

    /// Looks again and again whether the caller takes too long.
    private func watch(_ context: ChannelHandlerContext) {
      let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
      clock.alarm = context.eventLoop.scheduleTask(in: clock.interval) {
        let (connection, context) = bound.value
        connection.look(context)
      }
    }

    private func look(_ context: ChannelHandlerContext) {
      guard context.channel.isActive else { return }
      switch state {
      case .answering: break
      case .ended:
        // The last response is not read.
        if clock.verdict(isWritable: true) != .waiting { return context.close(promise: nil) }
      case .head, .body:
        switch clock.verdict(isWritable: context.channel.isWritable) {
        case .waiting: break
        case .idle: return context.close(promise: nil)
        case .slow:
          let failure = HTTPFailure(408, "the request did not come in whole in time")
          respond(failure.response, keepsAlive: false, isHead: false, context)
        }
      }
      watch(context)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
      if context.channel.isWritable {
        clock.noteRead()
        proceed(context)
        flush(context)
      }
      context.fireChannelWritabilityChanged()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
      if event is ChannelShouldQuiesceEvent, case .head = state, !clock.isReceiving {
        flush(context)
        context.close(promise: nil)
      }
      context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
      context.close(promise: nil)
    }
  }
#endif
