internal import ShortlistTensors

/// Queries that are answered together by matrix products, tile by tile.
struct QueryBatch: Sendable {
  let queries: Matrix
  /// One for all queries, or one for each.
  let filters: [RowFilter]

  // The tile of scores stays in the second-level cache; its height is a whole number of the kernels'
  // tiles of 6 and of 14 rows. Queries of a group share a packed block of vectors.
  private static let tileVectors = 1024
  private static let tileQueries = 84
  private static let groupQueries = 504
  private static let kernelRows = 14

  /// The best `k` rows for each query.
  func search(_ source: VectorSource, k: Int) throws -> [[Neighbor]] {
    // Four groups at least, so that all cores have work.
    let quarter = (queries.rows + 3) / 4
    let whole = (quarter + Self.kernelRows - 1) / Self.kernelRows * Self.kernelRows
    let size = min(Self.groupQueries, max(Self.kernelRows * 2, whole))
    let groups = (queries.rows + size - 1) / size
    @Sendable func rows(_ group: Int) -> Range<Int> {
      group * size..<min((group + 1) * size, queries.rows)
    }
    var best = (0..<groups).map { Array(repeating: TopK(k), count: rows($0).count) }
    try source.forEachBlock { block, firstRow in
      best = Parallel.map(groups) { [best] group in
        var part = best[group]
        search(block, firstRow: firstRow, for: rows(group), into: &part)
        return part
      }
    }
    return best.joined().map(\.neighbors)
  }

  private func search(
    _ block: Matrix, firstRow: Int, for group: Range<Int>, into best: inout [TopK]
  ) {
    var tile = ScoreTile(
      queries: min(Self.tileQueries, group.count), vectors: min(Self.tileVectors, block.rows),
      dimensions: block.columns)
    for start in stride(from: 0, to: block.rows, by: Self.tileVectors) {
      tile.pack(block, rows: start..<min(start + Self.tileVectors, block.rows))
      for first in stride(from: group.lowerBound, to: group.upperBound, by: Self.tileQueries) {
        let rows = first..<min(first + Self.tileQueries, group.upperBound)
        tile.score(queries, rows: rows)
        for query in rows {
          var scores = tile[query - first]
          let filter = filters.count == 1 ? filters[0] : filters[query]
          filter.hide(in: &scores, firstRow: firstRow + start)
          best[query - group.lowerBound].offer(scores.span, firstRow: firstRow + start)
        }
      }
    }
  }
}
