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

  /// For each example the rows, increasing, that are not candidates: lists, and which list is whose.
  typealias Masking = (lists: [[Int32]], listOfExample: [Int32])

  /// Ranks among all candidates, in the order of the examples.
  func ranks() -> [Int32] { ranks(masking: nil).raw }

  /// Ranks among all candidates and among those that are not masked, from the same scores; without a
  /// masking the second are empty. An example whose true row is masked is a miss.
  func ranks(masking: Masking?) -> (raw: [Int32], masked: [Int32]) {
    let groups = ExampleGroups(self, masking: masking)
    let width = candidates.columns
    let vectors = queries.reshaped(rows: queries.rows * heads, columns: width)
    let blocks = stride(from: 0, to: candidates.rows, by: Self.blockColumns).map { start in
      let range = start..<min(start + Self.blockColumns, candidates.rows)
      return (range, PackedMatrix(candidates, rows: range, transposed: true))
    }
    let tileRows = max(
      1, Matrix.tileRows(work: width * heads * min(Self.blockColumns, candidates.rows)) / 4)
    let tiles = (queries.rows + tileRows - 1) / tileRows
    let parts = Parallel.map(tiles) { tile in
      let rows = tile * tileRows..<min(queries.rows, (tile + 1) * tileRows)
      let worker = Worker(ranking: self, vectors: vectors, groups: groups, masking: masking)
      return worker.ranks(ofQueries: rows, blocks: blocks)
    }
    var raw = [Int32](repeating: Self.missed, count: trueRows.count)
    var masked = masking == nil ? [] : raw
    for part in parts {
      for (example, rank, maskedRank) in part {
        raw[Int(example)] = rank
        if masking != nil { masked[Int(example)] = maskedRank }
      }
    }
    return (raw, masked)
  }

  /// The examples of each query; those with the same masked rows follow each other.
  private struct ExampleGroups {
    /// Query q has the examples `members[offsets[q]..<offsets[q + 1]]`.
    let offsets: [Int]
    let members: [Int32]

    init(_ ranking: Ranking, masking: Masking?) {
      let order = (masking.map { RowGroups($0.listOfExample).members } ?? ranking.allExamples)
        .filter { ranking.trueRows[Int($0)] >= 0 }
      let byQuery = RowGroups(order.map { ranking.queryOfExample[Int($0)] })
      members = byQuery.members.map { order[Int($0)] }
      var offsets = [Int](repeating: 0, count: ranking.queries.rows + 1)
      for (group, row) in byQuery.rows.enumerated() {
        offsets[Int(row) + 1] = byQuery.offsets[group + 1] - byQuery.offsets[group]
      }
      for row in 0..<ranking.queries.rows { offsets[row + 1] += offsets[row] }
      self.offsets = offsets
    }
  }

  private var allExamples: [Int32] { trueRows.indices.map { Int32($0) } }

  /// One tile of queries on one thread.
  private struct Worker {
    let ranking: Ranking
    let vectors: Matrix
    let groups: ExampleGroups
    let masking: Masking?
    private let workspace = ProductWorkspace()

    init(ranking: Ranking, vectors: Matrix, groups: ExampleGroups, masking: Masking?) {
      self.ranking = ranking
      self.vectors = vectors
      self.groups = groups
      self.masking = masking
    }

    /// (example, its rank, its rank among candidates that are not masked).
    func ranks(
      ofQueries rows: Range<Int>, blocks: [(Range<Int>, PackedMatrix)]
    ) -> [(Int32, Int32, Int32)] {
      let places = groups.offsets[rows.lowerBound]..<groups.offsets[rows.upperBound]
      guard !places.isEmpty else { return [] }
      var better = [Int32](repeating: 0, count: places.count)
      var maskedBetter = [Int32](repeating: 0, count: places.count)
      var own = [Float](repeating: 0, count: places.count)
      if blocks.count > 1 { own = trueScores(ofQueries: rows) }
      for (columns, packed) in blocks {
        let scores = score(rows, packed)
        for (line, row) in rows.enumerated() {
          let examples = groups.offsets[row]..<groups.offsets[row + 1]
          // Where a query has many examples, their true rows come again and again.
          let remembers = examples.count > columns.count / 4
          var counted = [Int32](repeating: -1, count: remembers ? ranking.candidates.rows : 0)
          var list: Int32 = -1
          var seen: [Float] = []
          for place in examples {
            let example = Int(groups.members[place])
            let truth = Int(ranking.trueRows[example])
            let index = place - places.lowerBound
            if blocks.count == 1 { own[index] = scores[line, truth] }
            let threshold = own[index]
            if !remembers || counted[truth] < 0 {
              let counts = scores[row: line].countGreater(than: threshold)
              let others = counts.greater + counts.equal - (columns.contains(truth) ? 1 : 0)
              better[index] += Int32(others)
              if remembers { counted[truth] = Int32(others) }
            } else {
              better[index] += counted[truth]
            }
            guard let masking else { continue }
            if list != masking.listOfExample[example] {
              list = masking.listOfExample[example]
              seen = masking.lists[Int(list)].gathering(scores[row: line], columns: columns)
            }
            let counts = seen.span.countGreater(than: threshold)
            maskedBetter[index] += Int32(counts.greater + counts.equal)
          }
        }
      }
      return places.map { place in
        let index = place - places.lowerBound
        let example = groups.members[place]
        // A score that is not a number compares with nothing and must not look like the best.
        if own[index].isNaN { return (example, Ranking.missed, Ranking.missed) }
        let rank = better[index] + 1
        guard let masking else { return (example, rank, Ranking.missed) }
        let list = masking.lists[Int(masking.listOfExample[Int(example)])]
        let truth = ranking.trueRows[Int(example)]
        if list.containsInOrder(truth) { return (example, rank, Ranking.missed) }
        return (example, rank, rank - maskedBetter[index])
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
      var winners = [UInt8](repeating: 0, count: best.count)
      best.setMaximum(ofEach: heads, rowsOf: all, lines: rows.count, winners: &winners)
      return best
    }

    /// The true candidates' scores, bit for bit as in the blocks: a product sums in one order whatever its
    /// shape.
    private func trueScores(ofQueries rows: Range<Int>) -> [Float] {
      rows.flatMap { row -> [Float] in
        let truths = groups.members[groups.offsets[row]..<groups.offsets[row + 1]].map {
          ranking.trueRows[Int($0)]
        }
        guard !truths.isEmpty else { return [] }
        let packed = PackedMatrix(ranking.candidates.gathering(truths), transposed: true)
        let scores = score(row..<row + 1, packed)
        return truths.indices.map { scores[0, $0] }
      }
    }
  }
}

extension [Int32] {
  /// Whether increasing elements hold a value.
  func containsInOrder(_ value: Int32) -> Bool {
    let place = firstNotBelow(value)
    return place < count && self[place] == value
  }

  /// The first place whose element is not below `value`, in increasing elements.
  fileprivate func firstNotBelow(_ value: Int32) -> Int {
    var low = 0
    var high = count
    while low < high {
      let middle = (low + high) / 2
      if self[middle] < value { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// The scores of these rows (increasing) that lie in `columns`.
  fileprivate func gathering(_ scores: Span<Float>, columns: Range<Int>) -> [Float] {
    let start = columns.lowerBound == 0 ? 0 : firstNotBelow(Int32(columns.lowerBound))
    var found: [Float] = []
    found.reserveCapacity(count - start)
    for place in start..<count {
      let row = Int(self[place])
      guard row < columns.upperBound else { break }
      found.append(scores[row - columns.lowerBound])
    }
    return found
  }
}
