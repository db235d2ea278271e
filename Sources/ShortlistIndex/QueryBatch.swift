internal import ShortlistTensors

/// Queries that are answered together by matrix products, tile by tile.
struct QueryBatch: Sendable {
  let queries: Matrix
  /// One for all queries, or one for each.
  let filters: [RowFilter]
  /// The vectors in memory once more, packed; nil where they are too many to keep twice.
  var packed: PackedRows?

  // The tile of scores stays in the second-level cache; its height is a whole number of the kernels'
  // tiles of 6 and of 14 rows. Queries of a group share a packed block of vectors: packing for fewer
  // is felt.
  private static let tileVectors = PackedRows.blockRows
  private static let tileQueries = 84
  private static let groupQueries = 252...518
  private static let kernelRows = 14
  // A piece of vectors starts without a threshold, so that short ones are slow.
  private static let pieceVectors = 16 * tileVectors

  /// The best `k` rows for each query.
  ///
  /// Work is cut into groups of queries and pieces of vectors. The best of all are the best of the
  /// pieces, so that the cut may follow the number of threads and the results do not.
  func search(_ source: VectorSource, through door: VectorDoor, k: Int) throws -> [[Neighbor]] {
    var best = Array(repeating: TopK(k), count: queries.rows)
    try source.forEachBlock(through: door) { block, firstRow in
      let cut = Cut(queries: queries.rows, vectors: block.rows, k: k)
      let packed = cut.pieces == 1 ? packed : nil
      let parts = Parallel.map(cut.chunks) { chunk in
        search(
          block, packed, rows: cut.piece(chunk), firstRow: firstRow, for: cut.group(chunk), k: k)
      }
      if parts.count == 1, firstRow == 0 {
        best = parts[0]
        return
      }
      for (chunk, part) in parts.enumerated() {
        for (query, found) in zip(cut.group(chunk), part) { best[query].merge(found) }
      }
    }
    let sorted = Parallel.map(Self.ceiling(best.count, Self.tileQueries)) { [best] part in
      best[part * Self.tileQueries..<min((part + 1) * Self.tileQueries, best.count)].map(
        \.neighbors)
    }
    return Array(sorted.joined())
  }

  private func search(
    _ block: Matrix, _ packed: PackedRows?, rows: Range<Int>, firstRow: Int,
    for group: Range<Int>, k: Int
  ) -> [TopK] {
    var best = Array(repeating: TopK(k), count: group.count)
    let queryCount = min(Self.tileQueries, group.count)
    var tile =
      if let packed { ScoreTile(queries: queryCount, over: packed) } else {
        ScoreTile(
          queries: queryCount, vectors: min(Self.tileVectors, rows.count),
          dimensions: block.columns)
      }
    for start in stride(from: rows.lowerBound, to: rows.upperBound, by: Self.tileVectors) {
      if let packed {
        tile.use(start / Self.tileVectors, of: packed)
      } else {
        tile.pack(block, rows: start..<min(start + Self.tileVectors, rows.upperBound))
      }
      for first in stride(from: group.lowerBound, to: group.upperBound, by: Self.tileQueries) {
        let some = first..<min(first + Self.tileQueries, group.upperBound)
        tile.score(queries, rows: some)
        for query in some {
          var scores = tile[query - first]
          let filter = filters.count == 1 ? filters[0] : filters[query]
          filter.hide(in: &scores, firstRow: firstRow + start)
          best[query - group.lowerBound].offer(scores.span, firstRow: firstRow + start)
        }
      }
    }
    for query in best.indices { best[query].trim() }
    return best
  }

  /// Groups of queries, and pieces of vectors where the queries are too few for all threads.
  private struct Cut: Sendable {
    let queries: Int
    let vectors: Int
    let groupSize: Int
    let groups: Int
    let pieces: Int

    init(queries: Int, vectors: Int, k: Int) {
      self.queries = queries
      self.vectors = vectors
      // Two chunks a thread even out what other programs take.
      let wanted = Parallel.threads > 1 ? 2 * Parallel.threads : 1
      let fewest = QueryBatch.ceiling(queries, QueryBatch.groupQueries.upperBound)
      let most = max(fewest, queries / QueryBatch.groupQueries.lowerBound)
      let share = QueryBatch.ceiling(queries, min(max(wanted, fewest), most))
      groupSize = max(
        2 * QueryBatch.kernelRows,
        QueryBatch.ceiling(share, QueryBatch.kernelRows) * QueryBatch.kernelRows)
      groups = QueryBatch.ceiling(queries, groupSize)
      pieces = max(
        1, min(QueryBatch.ceiling(wanted, groups), vectors / max(QueryBatch.pieceVectors, 512 * k)))
    }

    var chunks: Int { groups * pieces }

    func group(_ chunk: Int) -> Range<Int> {
      let first = chunk / pieces * groupSize
      return first..<min(first + groupSize, queries)
    }

    func piece(_ chunk: Int) -> Range<Int> {
      let number = chunk % pieces
      return number * vectors / pieces..<(number + 1) * vectors / pieces
    }
  }

  private static func ceiling(_ a: Int, _ b: Int) -> Int { (a + b - 1) / b }
}
