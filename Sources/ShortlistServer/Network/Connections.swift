#if Server
  import Foundation
  import NIOCore
  import ShortlistTensors

  /// The connections that are open, of which there are only so many.
  final class Connections: Sendable {
    private let open = Guarded<[ObjectIdentifier: any Channel]>([:])
    private let limit: Int

    init(limit: Int) { self.limit = limit }

    var count: Int { open.withLock { $0.count } }

    /// Takes a connection in; false where there are too many.
    func add(_ channel: any Channel) -> Bool {
      let id = ObjectIdentifier(channel)
      let isTaken = open.withLock { open in
        guard open.count < limit else { return false }
        open[id] = channel
        return true
      }
      if isTaken {
        channel.closeFuture.whenComplete { [open] _ in open.withLock { $0[id] = nil } }
      }
      return isTaken
    }

    /// Tells every connection that the server stops: those without a request end now.
    func closeIdle() {
      for channel in open.withLock({ Array($0.values) }) {
        channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
      }
    }

    func wait() { Thread.sleep(forTimeInterval: 0.005) }
  }
#endif
