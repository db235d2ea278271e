internal import ShortlistTensors

/// Queries with their true neighbours, to try indexes on.
struct IndexTrial: Sendable {
  let k: Int
  let queries: Matrix
  private let truth: [Set<Int>]
  /// The time of an exact query, in microseconds.
  let exactMicroseconds: Double

  init(_ queries: Matrix, k: Int, exact: ExactIndex) throws {
    self.k = k
    self.queries = queries
    truth = try exact.nearest(k, to: queries).map { Set($0.map(\.row)) }
    exactMicroseconds = try Self.microseconds(queries) { _ = try exact.nearest(k, to: $0) }
  }

  /// The share of the true neighbours that a search finds.
  func recall(_ search: @Sendable (Matrix, Int) throws -> [Neighbor]) throws -> Double {
    var found = 0
    var wanted = 0
    for query in 0..<queries.rows {
      found += try search(queries, query).count { truth[query].contains($0.row) }
      wanted += truth[query].count
    }
    return wanted == 0 ? 1 : Double(found) / Double(wanted)
  }

  /// The time of a query on one thread: the fastest of three rounds, because what else runs only adds. A
  /// round ends after a third of a second, where not all queries can be asked in it.
  func microseconds(_ search: (Span<Float>) throws -> Void) throws -> Double {
    try Self.microseconds(queries, search)
  }

  private static func microseconds(
    _ queries: Matrix, _ search: (Span<Float>) throws -> Void
  ) throws -> Double {
    guard queries.rows > 0 else { return 0 }
    let clock = ContinuousClock()
    return try Parallel.$threads.withValue(1) {
      var best = Double.infinity
      for _ in 0..<3 {
        let start = clock.now
        var asked = 0
        while asked < queries.rows, asked % 16 > 0 || clock.now - start < .seconds(1) / 3 {
          try search(queries[row: asked])
          asked += 1
        }
        best = min(best, (clock.now - start) / .microseconds(1) / Double(asked))
      }
      return best
    }
  }
}
