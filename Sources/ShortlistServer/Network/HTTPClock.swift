#if Server
  import NIOCore

  /// How much a caller of HTTP may send, and how long it may take.
  struct HTTPLimits: Sendable {
    /// The largest first line with all header fields, in bytes.
    var head = 16 << 10
    /// From the first byte of a request to its last.
    var request = TimeAmount.seconds(30)
    /// Between requests, and without reading a response.
    var idle = TimeAmount.seconds(60)
  }

  /// Whether a caller takes too long: over a request, between two, or to read.
  struct HTTPClock {
    enum Verdict { case waiting, slow, idle }

    private let limits: HTTPLimits
    private var lastRead = NIODeadline.now()
    private var begin: NIODeadline?
    var alarm: Scheduled<Void>?

    init(_ limits: HTTPLimits) { self.limits = limits }

    /// The time between two looks.
    var interval: TimeAmount {
      .nanoseconds(max(1_000_000, min(limits.request, limits.idle).nanoseconds / 2))
    }

    /// Whether a request has come in part.
    var isReceiving: Bool { begin != nil }

    mutating func noteRead() { lastRead = .now() }
    mutating func requestBegins() { if begin == nil { begin = lastRead } }
    mutating func requestIsWhole() { begin = nil }
    mutating func requestIsOver() { begin = nil }
    func stop() { alarm?.cancel() }

    func verdict(isWritable: Bool) -> Verdict {
      let now = NIODeadline.now()
      if let begin { return isWritable && now - begin > limits.request ? .slow : waiting(now) }
      return waiting(now)
    }

    private func waiting(_ now: NIODeadline) -> Verdict {
      now - lastRead > limits.idle ? .idle : .waiting
    }
  }
#endif
