internal import ShortlistTensors

/// Euclidean search: inner products propose rows, distances in double precision decide.
extension ExactIndex {
  /// Rows proposed beyond k at first.
  private static let spare = 16

  /// How many to propose when `k` are wanted.
  func proposals(for k: Int) -> Int {
    similarity == .euclidean ? min(count, min(k, count) + Self.spare) : min(k, count)
  }

  /// The best `k` by distance, given the rows that inner products proposed; asks for more of them until no
  /// other row can belong.
  ///
  /// - Parameters:
  ///   - proposed: the best rows by inner product inside the door, best first.
  ///   - asked: how many were asked for; fewer came where fewer pass the filter.
  func nearestByDistance(
    _ k: Int, to query: Span<Float>, where filter: RowFilter, proposed: [Neighbor], asked: Int
  ) throws -> [Neighbor] {
    let squaredLength = query.sumOfSquares()
    var proposed = proposed
    var asked = asked
    while true {
      var found: [Neighbor] = []
      try source.forEachRow(of: proposed.map(\.row)) { row, vector in
        found.append(Neighbor(row: row, score: door.distanceScore(of: query, with: vector)))
      }
      found.sort { ($1.score, $0.row) < ($0.score, $1.row) }
      let answer = Array(found.prefix(k))
      guard proposed.count == asked, asked < count, let last = proposed.last,
        answer.count == k, let worst = answer.last
      else { return answer }
      let other = door.bound(inner: last.score, squaredLength: squaredLength)
      if other < Double(worst.score) { return answer }
      asked = min(count, asked * 8)
      proposed = try propose(asked, for: door.admit(queries: Matrix(copying: query)), where: filter)
    }
  }
}
