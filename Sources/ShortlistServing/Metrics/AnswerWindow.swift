import Shortlist
import ShortlistIndex
import ShortlistTensors
import Synchronization

/// What the answers of one version are like: how many hold nothing, how many know nothing of who asks, how much of the
/// catalogue they show, and how popular it is.
package final class AnswerWindow: Sendable {
  /// What a scrape reads.
  package struct Summary: Sendable {
    package var answers = 0
    package var empty = 0
    /// Answers by popularity, since the model knows nothing of who asks.
    package var unknown = 0
    /// The share of the catalogue's items that the last minutes have shown.
    package var coverage = 0.0
    /// The share of the shown items that are among the most popular hundredth of the catalogue; nil without a history.
    package var popular: Double?
  }

  private struct Shown {
    var rows = RowSet()
    var items = 0
    var popular = 0
  }

  private struct State {
    var current = Shown()
    var previous = Shown()
    var since = Timing.now
    var popular: RowSet?
  }

  /// After so long the rows that were shown before the last turn are forgotten.
  private static let turn = 300_000_000_000

  private let answers = Atomic<Int>(0)
  private let empty = Atomic<Int>(0)
  private let unknown = Atomic<Int>(0)
  private let state = Guarded<State>(.init())

  /// Counts an answer.
  func count(_ found: Recommendations) {
    answers.add(1, ordering: .relaxed)
    if found.items.isEmpty { empty.add(1, ordering: .relaxed) }
    if found.basis == .popularity { unknown.add(1, ordering: .relaxed) }
  }

  /// Looks at what an answer shows, if nobody else is looking.
  func look(at found: Recommendations, of retriever: Retriever, now: Int) {
    state.withLockIfAvailable { state in
      Self.turn(&state, now)
      if state.popular == nil, let rows = retriever.popularity?.rows {
        state.popular = RowSet(rows.prefix(max(1, rows.count / 100)))
      }
      for item in found.items {
        guard let row = retriever.catalogue.row(of: item.identifier) else { continue }
        state.current.rows.insert(row)
        state.current.items += 1
        if state.popular?.contains(row) == true { state.current.popular += 1 }
      }
    }
  }

  private static func turn(_ state: inout State, _ now: Int) {
    guard now - state.since > turn else { return }
    state.previous = now - state.since > 2 * turn ? Shown() : state.current
    state.current = Shown()
    state.since = now
  }

  /// - Parameter items: how many the catalogue has.
  func summary(of items: Int) -> Summary {
    var summary = Summary(
      answers: answers.load(ordering: .relaxed), empty: empty.load(ordering: .relaxed),
      unknown: unknown.load(ordering: .relaxed))
    state.withLock { state in
      Self.turn(&state, Timing.now)
      let (current, previous) = (state.current, state.previous)
      let both = current.rows.intersection(previous.rows).count
      summary.coverage =
        Double(current.rows.count + previous.rows.count - both) / Double(max(1, items))
      let shown = current.items + previous.items
      if state.popular != nil {
        summary.popular = Double(current.popular + previous.popular) / Double(max(1, shown))
      }
    }
    return summary
  }
}

/// Lets one through in a while, and the others by.
final class Gate: Sendable {
  private let next = Atomic<Int>(0)
  private let pause: Int

  /// - Parameter pause: nanoseconds between two that are let through.
  init(every pause: Int) { self.pause = pause }

  func opens(at now: Int) -> Bool {
    let next = next.load(ordering: .relaxed)
    guard now >= next else { return false }
    return self.next.compareExchange(
      expected: next, desired: now + pause, ordering: .relaxed
    ).exchanged
  }
}
