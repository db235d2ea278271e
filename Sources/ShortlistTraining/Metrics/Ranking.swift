import ShortlistModels
import ShortlistTensors

/// The rank of each example's true candidate among all candidates: top-k accuracy needs ranks, not lists.
///
/// Rank = 1 + candidates with a higher score + other candidates with an equal score, so ties count against
/// the model, and one whose scores are all alike ranks last.
struct Ranking {
  /// The rank of an example whose true candidate cannot be recommended.
  static let missed = Int32.max

  /// Distinct query rows x (heads * dimensions).
  let queries: Matrix
  let heads: Int
  let candidates: Matrix
  /// For each example its row of `queries`.
  let queryOfExample: [Int32]
  /// For each example the row of its true candidate, or -1.
  let trueRows: [Int32]

  /// Candidates in a block of scores; large catalogues are walked block by block.
  private static let blockColumns = 16_384

  /// Ranks, in the order of the examples.
  ///
  /// - Parameter masking: for each example the rows, increasing, that are not candidates; an example whose
  ///   true row is masked is a miss.
  func ranks(masking: (lists: [[Int32]], listOfExample: [Int32])? = nil) -> [Int32] {
    let groups = examplesByQuery()
    let width = candidates.columns
    let vectors = queries.reshaped(rows: queries.rows * heads, columns: width)
    let blocks = stride(from: 0, to: candidates.rows, by: Self.blockColumns).map { start in
      let range = start..<min(start + Self.blockColumns, candidates.rows)
      return (range, PackedMatrix(candidates.rows(range), transposed: true))
    }
    let tileRows = max(
      1, Matrix.tileRows(work: width * heads * min(Self.blockColumns, candidates.rows)) / 4)
    let tiles = (queries.rows + tileRows - 1) / tileRows
    let parts = Parallel.map(tiles) { tile in
      let rows = tile * tileRows..<min(queries.rows, (tile + 1) * tileRows)
      var worker = Worker(ranking: self, vectors: vectors, groups: groups, masking: masking)
      return worker.ranks(ofQueries: rows, blocks: blocks)
    }
    var ranks = [Int32](repeating: Self.missed, count: trueRows.count)
    for (example, rank) in parts.joined() { ranks[Int(example)] = rank }
    return ranks
  }

  private func examplesByQuery() -> [[Int32]] {
    var groups = [[Int32]](repeating: [], count: queries.rows)
    for (example, query) in queryOfExample.enumerated() where trueRows[example] >= 0 {
      groups[Int(query)].append(Int32(example))
    }
    return groups
  }

  /// One tile of queries on one thread.
  private struct Worker {
    let ranking: Ranking
    let vectors: Matrix
    let groups: [[Int32]]
    let masking: (lists: [[Int32]], listOfExample: [Int32])?
    private let workspace = ProductWorkspace()
    private var better: [Int32: Int] = [:]

    init(
      ranking: Ranking, vectors: Matrix, groups: [[Int32]],
      masking: (lists: [[Int32]], listOfExample: [Int32])?
    ) {
      self.ranking = ranking
      self.vectors = vectors
      self.groups = groups
      self.masking = masking
    }

    mutating func ranks(
      ofQueries rows: Range<Int>, blocks: [(Range<Int>, PackedMatrix)]
    ) -> [(Int32, Int32)] {
      let examples = rows.flatMap { groups[$0] }
      guard !examples.isEmpty else { return [] }
      var better = [Int](repeating: 0, count: examples.count)
      var own = [Float](repeating: 0, count: examples.count)
      if blocks.count > 1 { own = trueScores(ofQueries: rows) }
      for (columns, packed) in blocks {
        let scores = score(rows, packed)
        var index = 0
        for (line, row) in rows.enumerated() {
          for example in groups[row] {
            let truth = Int(ranking.trueRows[Int(example)])
            if blocks.count == 1 { own[index] = scores[line, truth] }
            let counts = scores[row: line].countGreater(than: own[index])
            better[index] += counts.greater + counts.equal - (columns.contains(truth) ? 1 : 0)
            if let masking {
              let list = masking.lists[Int(masking.listOfExample[Int(example)])]
              better[index] -= list.countNotBelow(
                own[index], in: scores[row: line], columns: columns, except: truth)
            }
            index += 1
          }
        }
      }
      return examples.enumerated().map { index, example in
        if let masking {
          let list = masking.lists[Int(masking.listOfExample[Int(example)])]
          let truth = ranking.trueRows[Int(example)]
          let place = list.firstNotBelow(truth)
          if place < list.count, list[place] == truth { return (example, Ranking.missed) }
        }
        // A score that is not a number compares with nothing and must not look like the best.
        if own[index].isNaN { return (example, Ranking.missed) }
        return (example, Int32(better[index] + 1))
      }
    }

    /// rows.count x candidates of the block: the largest over the heads.
    private func score(_ rows: Range<Int>, _ packed: PackedMatrix) -> Matrix {
      let heads = ranking.heads
      let range = rows.lowerBound * heads..<rows.upperBound * heads
      var all = Matrix(uninitializedRows: range.count, columns: packed.columns)
      all.setProduct(vectors, rows: range, packed, workspace: workspace)
      guard heads > 1 else { return all }
      var best = Matrix(uninitializedRows: rows.count, columns: packed.columns)
      var winners = [UInt8](repeating: 0, count: packed.columns)
      for line in 0..<rows.count {
        best.copyRow(line, from: all, row: line * heads)
        for head in 1..<heads {
          best.takeMaximum(
            inRow: line, with: all[row: line * heads + head], winner: UInt8(head),
            winners: &winners, from: 0)
        }
      }
      return best
    }

    /// The true candidates' scores, bit for bit as in the blocks: a product sums in one order whatever its
    /// shape.
    private func trueScores(ofQueries rows: Range<Int>) -> [Float] {
      rows.flatMap { row -> [Float] in
        let truths = groups[row].map { ranking.trueRows[Int($0)] }
        guard !truths.isEmpty else { return [] }
        let packed = PackedMatrix(ranking.candidates.gathering(truths), transposed: true)
        let scores = score(row..<row + 1, packed)
        return truths.indices.map { scores[0, $0] }
      }
    }
  }
}

extension [Int32] {
  /// The first place whose element is not below `value`, in increasing elements.
  func firstNotBelow(_ value: Int32) -> Int {
    var low = 0
    var high = count
    while low < high {
      let middle = (low + high) / 2
      if self[middle] < value { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// How many of these rows (increasing) lie in `columns` and score at least `threshold`, leaving out one.
  fileprivate func countNotBelow(
    _ threshold: Float, in scores: Span<Float>, columns: Range<Int>, except: Int
  ) -> Int {
    var total = 0
    for place in firstNotBelow(Int32(columns.lowerBound))..<count {
      let row = Int(self[place])
      guard row < columns.upperBound else { break }
      if row != except, scores[row - columns.lowerBound] >= threshold { total += 1 }
    }
    return total
  }
}
