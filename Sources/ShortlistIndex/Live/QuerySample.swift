internal import ShortlistTensors
internal import Synchronization

/// A sample of the queries that were asked lately. Noting one never waits.
final class QuerySample: Sendable {
  private let asked = Atomic(0)
  private let kept: Guarded<(vectors: Matrix, count: Int, next: Int)>

  private static let size = 400
  /// One of so many queries is kept.
  private static let share = 8

  init(dimensions: Int) {
    kept = Guarded((Matrix(rows: Self.size, columns: dimensions), 0, 0))
  }

  /// Returns how many are kept, or nil where the query was not.
  func note(_ query: Matrix) -> Int? {
    let number = asked.wrappingAdd(1, ordering: .relaxed).oldValue
    guard number % Self.share == 0 else { return nil }
    return kept.withLockIfAvailable { kept in
      kept.vectors.copyRow(kept.next, from: query, row: 0)
      kept.next = (kept.next + 1) % Self.size
      kept.count = min(kept.count + 1, Self.size)
      return kept.count
    }
  }

  /// The queries that are kept, one a row.
  var vectors: Matrix { kept.withLock { $0.vectors.rows(0..<$0.count) } }
}
