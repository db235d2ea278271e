import ShortlistTensors

/// The softmax over a batch, computed over distinct rows.
///
/// Logits depend only on the pair (query row, candidate row). With n_c the number of columns that hold
/// candidate c, the sum over columns is a sum over distinct candidates of n_c exp(...): so a bias of
/// log n_c stands in for the duplicates. Removing accidental hits counts an example's own candidate once.
/// Where an option looks at the examples one by one, rows are examples and columns are not merged; the same
/// code runs.
struct InBatchSoftmax {
  /// Rows of the logits: each has a query row and the examples it stands for.
  let rowQueries: [Int32]
  let rowExamples: [Range<Int>]
  /// Examples in the order of the rows, with the column that is their own.
  let examples: [Int32]
  let ownColumns: [Int32]
  /// Columns of the logits: the candidate row of each, and how often it stands in the batch.
  let columnCandidates: [Int32]
  let multiplicities: [Float]
  /// log n_c - log q_c for each column.
  let bias: [Float]

  let task: Retrieval
  let batch: RetrievalBatch
  /// Whether rows are examples, with the options that need that.
  let isPerExample: Bool
  /// For each column its item, where accidental hits are found by item.
  let columnItems: [Int32]?

  struct Result: Sendable {
    var loss: Double
    var queryGradient: Matrix?
    var candidateGradient: Matrix?
    var betterInBatch: [Int32]
  }

  init(task: Retrieval, batch: RetrievalBatch, candidateRows: Int) {
    self.task = task
    self.batch = batch
    let columns = batch.candidates + batch.extraNegatives
    let sharedItems = batch.items.map { Set($0).count < $0.count } ?? false
    isPerExample =
      task.hardNegatives != nil || batch.scoreMask != nil || !task.batchMetrics.isEmpty
      || (sharedItems && task.removingAccidentalHits)

    if isPerExample {
      rowQueries = batch.queries
      rowExamples = (0..<batch.count).map { $0..<$0 + 1 }
      examples = (0..<batch.count).map { Int32($0) }
      ownColumns = examples
      columnCandidates = columns
      multiplicities = Array(repeating: 1, count: columns.count)
    } else {
      let rows = Grouping(batch.queries)
      rowQueries = rows.keys
      rowExamples = rows.ranges
      examples = rows.members
      let merged = Grouping(columns)
      columnCandidates = merged.keys
      multiplicities = merged.ranges.map { Float($0.count) }
      ownColumns = rows.members.map { merged.groupOfMember[Int($0)] }
    }
    columnItems =
      task.removingAccidentalHits && isPerExample
      ? columnCandidates.map { batch.items?[Int($0)] ?? $0 } : nil

    let probabilities = batch.samplingProbabilities
    precondition(
      probabilities.map { $0.count == candidateRows } ?? true,
      "\(probabilities?.count ?? 0) sampling probabilities for \(candidateRows) candidates")
    bias = zip(columnCandidates, multiplicities).map { candidate, count in
      // TensorFlow Recommenders clips probabilities to 1e-6...1 before the logarithm.
      let q = probabilities.map { min(1, max(1e-6, $0[Int(candidate)])) } ?? 1
      return Float(Double(count).logarithm - Double(q).logarithm)
    }
  }

  func evaluate(queries: Matrix, candidates: Matrix, withGradients: Bool) -> Result {
    let heads = task.queryVectors
    let width = candidates.columns
    let direct = rowQueries.isCounting(to: queries.rows)
    let q = (direct ? queries : queries.gathering(rowQueries))
      .reshaped(rows: rowQueries.count * heads, columns: width)
    let directColumns = columnCandidates.isCounting(to: candidates.rows)
    let c = directColumns ? candidates : candidates.gathering(columnCandidates)

    let packed = PackedMatrix(c, transposed: true)
    let packedBack = withGradients ? PackedMatrix(c) : nil
    // Tiles and groups follow from the shapes alone, so sums have one order on any number of threads.
    let tileRows = max(1, min(64, 128 / heads))
    let tiles = (rowQueries.count + tileRows - 1) / tileRows
    let groups = min(tiles, 8)
    let parts = Parallel.map(groups) { group in
      var worker = SoftmaxWorker(
        plan: self, queries: q, packed: packed, packedBack: packedBack, tileRows: tileRows)
      for tile in (group * tiles / groups)..<((group + 1) * tiles / groups) {
        worker.process(rows: tile * tileRows..<min(rowQueries.count, (tile + 1) * tileRows))
      }
      return worker.result
    }

    var result = Result(
      loss: parts.reduce(0) { $0 + $1.loss }, queryGradient: nil, candidateGradient: nil,
      betterInBatch: [])
    if !task.batchMetrics.isEmpty { result.betterInBatch = parts.flatMap(\.betterInBatch) }
    guard withGradients, !parts.isEmpty else { return result }
    let queryGradient = Matrix(stacking: parts.flatMap(\.queryGradients), columns: width)
      .reshaped(rows: rowQueries.count, columns: heads * width)
    let candidateGradient = Matrix(summing: parts.map(\.candidateGradient))
    result.queryGradient =
      direct
      ? queryGradient
      : SparseRows(rows: rowQueries, values: queryGradient).dense(rows: queries.rows)
    result.candidateGradient =
      directColumns
      ? candidateGradient
      : SparseRows(rows: columnCandidates, values: candidateGradient).dense(rows: candidates.rows)
    return result
  }
}

/// Members 0..<n put together by their key, keys in order of first appearance.
private struct Grouping {
  private(set) var keys: [Int32] = []
  /// For each key, where its members stand in `members`.
  private(set) var ranges: [Range<Int>] = []
  private(set) var members: [Int32]
  private(set) var groupOfMember: [Int32]

  init(_ keyOfMember: [Int32]) {
    var groupOfKey = [Int32](repeating: -1, count: Int(keyOfMember.max() ?? -1) + 1)
    var counts: [Int] = []
    groupOfMember = keyOfMember.map { _ in 0 }
    for (member, key) in keyOfMember.enumerated() {
      if groupOfKey[Int(key)] < 0 {
        groupOfKey[Int(key)] = Int32(keys.count)
        keys.append(key)
        counts.append(0)
      }
      groupOfMember[member] = groupOfKey[Int(key)]
      counts[Int(groupOfKey[Int(key)])] += 1
    }
    var start = 0
    for count in counts {
      ranges.append(start..<start + count)
      start += count
    }
    var next = ranges.map(\.lowerBound)
    members = Array(repeating: 0, count: keyOfMember.count)
    for (member, group) in groupOfMember.enumerated() {
      members[next[Int(group)]] = Int32(member)
      next[Int(group)] += 1
    }
  }
}

extension [Int32] {
  /// Whether this is 0, 1, ..., count - 1.
  fileprivate func isCounting(to end: Int) -> Bool {
    count == end && enumerated().allSatisfy { $0 == Int($1) }
  }
}
