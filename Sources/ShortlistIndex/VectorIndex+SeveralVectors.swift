package import ShortlistTensors

extension VectorIndex {
  /// The best `k` rows for queries of several vectors each: a row's score is the largest of its scores, so
  /// the best are among the best of each vector.
  ///
  /// - Parameters:
  ///   - queries: one query a row, its vectors side by side: n x (vectors * dimensions).
  ///   - filters: one for each query.
  /// - Throws: as for one vector a query.
  package func nearest(
    _ k: Int, to queries: Matrix, vectors: Int, where filters: [RowFilter]
  ) throws -> [[Neighbor]] {
    guard vectors > 1 else { return try nearest(k, to: queries, where: filters) }
    let found = try nearest(
      k, to: queries.reshaped(rows: queries.rows * vectors, columns: dimensions),
      where: filters.flatMap { Array(repeating: $0, count: vectors) })
    return (0..<queries.rows).map { query in
      var best: [Int: Float] = [:]
      for neighbor in found[query * vectors..<(query + 1) * vectors].joined() {
        best[neighbor.row] = max(best[neighbor.row] ?? neighbor.score, neighbor.score)
      }
      let merged = best.map { Neighbor(row: $0, score: $1) }
        .sorted { ($1.score, $0.row) < ($0.score, $1.row) }
      return Array(merged.prefix(k))
    }
  }
}
