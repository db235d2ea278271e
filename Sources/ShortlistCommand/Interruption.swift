import Dispatch
import Foundation
import Synchronization

/// Ctrl-C as a request: the first one is noted, the second one ends the program as usual.
struct Interruption {
  private let flag = InterruptionFlag()
  private let source: any DispatchSourceSignal

  init() {
    signal(SIGINT, SIG_IGN)
    source = DispatchSource.makeSignalSource(signal: SIGINT, queue: .global())
    source.setEventHandler { [flag] in flag.note() }
    source.resume()
  }

  /// Tells whether Ctrl-C was pressed; may be asked from any thread.
  var isRequested: @Sendable () -> Bool { { [flag] in flag.isRequested } }

  /// Ctrl-C ends the program again.
  func end() {
    source.cancel()
    signal(SIGINT, SIG_DFL)
  }
}

private final class InterruptionFlag: Sendable {
  private let requested = Atomic<Bool>(false)

  var isRequested: Bool { requested.load(ordering: .relaxed) }

  func note() {
    requested.store(true, ordering: .relaxed)
    signal(SIGINT, SIG_DFL)
    Terminal.warn("\nending after this epoch; press Ctrl-C again to stop without saving")
  }
}
