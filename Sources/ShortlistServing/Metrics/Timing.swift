import Dispatch

/// When a request came in, and how long its phases took, in nanoseconds of a clock that only rises.
package struct Timing: Sendable {
  package enum Phase: Int, Sendable, CaseIterable {
    /// Reading the request.
    case parse
    /// Waiting for a thread.
    case queue
    /// Finding the answer.
    case compute
    /// Writing it.
    case write

    package var name: String {
      switch self {
      case .parse: "parse"
      case .queue: "queue"
      case .compute: "compute"
      case .write: "write"
      }
    }
  }

  package let start = Timing.now
  private var last: Int
  private var isOver = false
  /// The lengths of the phases; 0 for one that is not known.
  package private(set) var phases = InlineArray<4, Int>(repeating: 0)

  package init() { last = start }

  /// Says that a phase ends here, which began where the one before ended.
  ///
  /// - Parameter now: when it ended, if that is not now.
  package mutating func end(_ phase: Phase, at now: Int = Timing.now) {
    phases[phase.rawValue] += now - last
    last = now
    isOver = phase == .write
  }

  /// The length of all of it.
  package var length: Int { (isOver ? last : Timing.now) - start }

  package static var now: Int { Int(truncatingIfNeeded: DispatchTime.now().uptimeNanoseconds) }
}
