#if Server
  import NIOCore
  import ShortlistTensors

  /// What one turn of an event loop has collected: requests of all connections that were ready. They are answered at the
  /// end of the turn, and only then written: callers are woken once and not for every response, and under load many
  /// queries are searched together. Alone, a request waits for nobody.
  final class LoopTurn {
    private let loop: any EventLoop
    private var work: [() -> Void] = []
    private var queries: [(query: Recommending<HTTPResponse>, respond: (HTTPResponse) -> Void)] = []
    private var flushes: [() -> Void] = []
    private var isPlanned = false

    init(_ loop: any EventLoop) { self.loop = loop }

    /// Does something at the end of the turn.
    func atEnd(_ body: @escaping () -> Void) {
      work.append(body)
      plan()
    }

    /// Answers a query at the end of the turn, together with the others.
    func answer(
      _ query: Recommending<HTTPResponse>, _ respond: @escaping (HTTPResponse) -> Void
    ) {
      queries.append((query, respond))
      plan()
    }

    /// Writes when all work of the turn is done.
    func flush(_ body: @escaping () -> Void) {
      flushes.append(body)
      plan()
    }

    private func plan() {
      guard !isPlanned else { return }
      isPlanned = true
      let bound = NIOLoopBound(self, eventLoop: loop)
      loop.execute { bound.value.end() }
    }

    private func end() {
      isPlanned = false
      let (work, queries) = (work, queries)
      self.work.removeAll(keepingCapacity: true)
      self.queries.removeAll(keepingCapacity: true)
      for body in work { body() }
      for (response, query) in zip(Recommending.values(of: queries.map(\.query)), queries) {
        query.respond(response)
      }
      let flushes = flushes
      self.flushes.removeAll(keepingCapacity: true)
      for body in flushes { body() }
    }
  }

  /// The turns of event loops, one for each.
  final class LoopTurns: Sendable {
    private let turns = Guarded<[ObjectIdentifier: NIOLoopBound<LoopTurn>]>([:])

    /// The turn of the loop on which this is called.
    func turn(of loop: any EventLoop) -> LoopTurn {
      turns.withLock { turns in
        if let known = turns[ObjectIdentifier(loop)] { return known }
        let new = NIOLoopBound(LoopTurn(loop), eventLoop: loop)
        turns[ObjectIdentifier(loop)] = new
        return new
      }.value
    }
  }
#endif
