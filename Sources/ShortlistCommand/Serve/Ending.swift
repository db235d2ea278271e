#if Server
  import Dispatch
  import Foundation

  /// Waits for the signals that end a server, which from now on end nothing else.
  struct Ending {
    private let isOver = DispatchSemaphore(value: 0)
    private let sources: [any DispatchSourceSignal]

    init() {
      // Whoever reads the log may go away; that ends no server.
      signal(SIGPIPE, SIG_IGN)
      // A file that may not grow is an error of the change that wanted it, not the end of the server.
      signal(SIGXFSZ, SIG_IGN)
      sources = [SIGINT, SIGTERM].map { number in
        signal(number, SIG_IGN)
        return DispatchSource.makeSignalSource(signal: number, queue: .global())
      }
      for source in sources {
        source.setEventHandler { [isOver] in isOver.signal() }
        source.resume()
      }
    }

    func wait() {
      isOver.wait()
      for source in sources { source.cancel() }
    }
  }
#endif
