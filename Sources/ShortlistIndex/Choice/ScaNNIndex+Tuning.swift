public import ShortlistTensors

extension ScaNNIndex {
  /// The same index with the depth at which it reaches a recall in the least time, and with what it then
  /// measures on other queries than those it was tuned on.
  ///
  /// - Parameters:
  ///   - queries: a sample of what will be asked, a hundred or more; half of it chooses, half measures.
  ///   - k: neighbours that are asked for.
  ///   - recall: the share of the true neighbours to find, in 0...1. Where no depth reaches it, the deepest
  ///     search is taken.
  ///   - exact: the exact index over the same vectors.
  /// - Throws: `IndexError` if the queries do not fit.
  public func tuned(
    to queries: Matrix, k: Int = 10, recall: Double = 0.95, against exact: ExactIndex
  ) throws -> ScaNNIndex {
    let (choosing, measuring) = queries.halves
    return try tuned(
      to: IndexTrial(choosing, k: k, exact: exact), recall: recall,
      measuring: IndexTrial(measuring, k: k, exact: exact))
  }

  func tuned(to trial: IndexTrial, recall: Double, measuring: IndexTrial) throws -> ScaNNIndex {
    var index = self
    let depth = try Tuning(self, trial, recall: recall).depth()
    index.configuration.leavesToSearch = depth.leaves
    index.configuration.reordering = depth.reordering
    return try index.measured(measuring)
  }

  /// The same index with its measurements on queries.
  ///
  /// - Throws: `IndexError` if the queries do not fit.
  public func measured(
    on queries: Matrix, k: Int = 10, against exact: ExactIndex
  ) throws -> ScaNNIndex {
    try measured(IndexTrial(queries, k: k, exact: exact))
  }

  func measured(_ trial: IndexTrial) throws -> ScaNNIndex {
    var index = self
    index.measurements = IndexMeasurements(
      k: trial.k, queries: trial.queries.rows,
      recall: try trial.recall { try nearest(trial.k, to: $0[row: $1]) },
      microseconds: try trial.microseconds { _ = try nearest(trial.k, to: $0) },
      exactMicroseconds: trial.exactMicroseconds)
    return index
  }
}

/// The search for a depth: recall grows with leaves and with candidates, and so does the time.
private struct Tuning {
  private let index: ScaNNIndex
  private let trial: IndexTrial
  private let wanted: Double

  init(_ index: ScaNNIndex, _ trial: IndexTrial, recall: Double) {
    self.index = index
    self.trial = trial
    // A deviation more, so that other queries reach the recall too.
    let drawn = max(1, Double(trial.queries.rows) * Double(trial.k))
    wanted = min(1, recall + (max(0, recall * (1 - recall)) / drawn).squareRoot())
  }

  /// The fastest depth that reaches the recall, or the deepest.
  func depth() throws -> ScaNNIndex.Depth {
    let leaves = Self.steps(from: 1, to: index.parts.centroids.rows)
    let orders = Self.steps(
      from: trial.k, to: max(trial.k, min(4096, index.count)))
    var fewest = leaves.count - 1
    let first = try Self.first(orders.indices) { try recall(leaves[fewest], orders[$0]) >= wanted }
    var best = ScaNNIndex.Depth(leaves: leaves[fewest], reordering: orders[orders.count - 1])
    var fastest = Double.infinity
    var slower = 0
    for reordering in orders[first...] where slower < 3 {
      // With more candidates no more leaves are needed.
      fewest = try Self.first(0..<fewest) { try recall(leaves[$0], reordering) >= wanted }
      let depth = ScaNNIndex.Depth(leaves: leaves[fewest], reordering: reordering)
      let time = try trial.microseconds {
        _ = try index.nearest(trial.k, to: $0, depth: depth)
      }
      slower = time < fastest ? 0 : slower + 1
      if time < fastest { (best, fastest) = (depth, time) }
    }
    return best
  }

  /// The first number of a range for which a condition holds that holds for all after it; the upper bound if
  /// it holds for none.
  private static func first(
    _ range: Range<Int>, where holds: (Int) throws -> Bool
  ) rethrows -> Int {
    var (low, high) = (range.lowerBound, range.upperBound)
    while low < high {
      let middle = (low + high) / 2
      if try holds(middle) { high = middle } else { low = middle + 1 }
    }
    return low
  }

  private func recall(_ leaves: Int, _ reordering: Int) throws -> Double {
    let depth = ScaNNIndex.Depth(leaves: leaves, reordering: reordering)
    return try trial.recall { try index.nearest(trial.k, to: $0[row: $1], depth: depth) }
  }

  /// Numbers that grow by a fifth.
  private static func steps(from first: Int, to last: Int) -> [Int] {
    var steps = [min(first, last)]
    while let step = steps.last, step < last {
      steps.append(min(last, max(step + 1, step * 6 / 5)))
    }
    return steps
  }
}

extension Matrix {
  /// Rows by turns.
  var halves: (Matrix, Matrix) {
    let rows = 0..<Int32(self.rows)
    return (
      gathering(rows.filter { $0 % 2 == 0 }), gathering(rows.filter { $0 % 2 == 1 })
    )
  }
}
