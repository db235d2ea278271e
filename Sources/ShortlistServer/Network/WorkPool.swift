#if Server
  import NIOPosix
  import ShortlistServing
  import ShortlistTensors
  import Synchronization

  /// Threads for what would keep a socket's thread too long, with a bounded queue.
  final class WorkPool: Sendable {
    /// Work of at most so many multiplications is done where it comes in: about 100 microseconds.
    static let quick = 2_000_000

    private let threads: NIOThreadPool
    /// Threads that wait for the disk: many, so that they share its flushes, and keep nobody from computing.
    private let writers = NIOThreadPool(numberOfThreads: 16)
    private let waiting = Atomic<Int>(0)
    private let limit: Int
    private let batches: SizeHistogram

    /// - Parameter batches: counts searches that are done together.
    init(threads count: Int, queue limit: Int, batches: SizeHistogram) {
      self.batches = batches
      threads = NIOThreadPool(numberOfThreads: count)
      threads.start()
      writers.start()
      self.limit = limit
    }

    /// How many bodies wait for a thread.
    var depth: Int { waiting.load(ordering: .relaxed) }

    /// Runs a body on a thread of its own; false, at once, where too many wait already.
    ///
    /// - Parameter writes: whether it waits for the disk.
    func run(writes: Bool = false, _ body: @escaping @Sendable () -> Void) -> Bool {
      guard waiting.add(1, ordering: .relaxed).newValue <= limit else {
        waiting.subtract(1, ordering: .relaxed)
        return false
      }
      (writes ? writers : threads).submit { [self] state in
        waiting.subtract(1, ordering: .relaxed)
        if state == .active { body() }
      }
      return true
    }

    /// For searches that may be done together.
    func joining(isWanted: @escaping @Sendable () -> Bool = { true }) -> ServedModel.Joining {
      .init(
        limit: limit, run: { [self] in run($0) }, isWanted: isWanted,
        note: { [batches] in batches.note($0) })
    }

    /// Returns when what runs has ended; what waits is dropped.
    func stop() {
      for pool in [threads, writers] { try? pool.syncShutdownGracefully() }
    }
  }
#endif
