import ShortlistTensors

/// The softmax over a batch, computed over distinct rows.
///
/// Logits depend only on the pair (query row, candidate row). With n_c the number of columns that hold
/// candidate c, the sum over columns is a sum over distinct candidates of n_c exp(...): so a bias of
/// log n_c stands in for the duplicates. Removing accidental hits counts an example's own candidate once.
/// Where an option looks at the examples one by one, rows are examples and columns are not merged; the same
/// code runs.
struct InBatchSoftmax {
  /// The query row of each row of the logits.
  let rowQueries: [Int32]
  /// Row r of the logits stands for `examples[exampleOffsets[r]..<exampleOffsets[r + 1]]`.
  let exampleOffsets: [Int]
  /// Examples in the order of the rows, with the column that is their own.
  let examples: [Int32]
  let ownColumns: [Int32]
  /// Columns of the logits: the candidate row of each, and how often it stands in the batch.
  let columnCandidates: [Int32]
  let multiplicities: [Float]
  /// log n_c - log q_c for each column, and log n_c alone.
  let bias: [Float]
  let logMultiplicities: [Double]

  /// Columns in a block: whole tiles of the products of every instruction set, up and across.
  private static let blockColumns = 448
  /// Query vectors in a tile: whole tiles of the products again.
  private static let tileVectors = 84

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
    let sharedItems = batch.items.map { RowGroups($0).count < $0.count } ?? false
    isPerExample =
      task.hardNegatives != nil || batch.scoreMask != nil || !task.batchMetrics.isEmpty
      || (sharedItems && task.removingAccidentalHits)

    if isPerExample {
      rowQueries = batch.queries
      exampleOffsets = Array(0...batch.count)
      examples = (0..<batch.count).map { Int32($0) }
      ownColumns = examples
      columnCandidates = columns
      multiplicities = Array(repeating: 1, count: columns.count)
    } else {
      let rows = RowGroups(batch.queries).inOrderOfAppearance()
      rowQueries = rows.rows
      exampleOffsets = rows.offsets
      examples = rows.members
      let merged = RowGroups(columns).inOrderOfAppearance()
      columnCandidates = merged.rows
      multiplicities = (0..<merged.count).map {
        Float(merged.offsets[$0 + 1] - merged.offsets[$0])
      }
      let columnOfElement = merged.groupOfElement()
      ownColumns = rows.members.map { columnOfElement[Int($0)] }
    }
    columnItems =
      task.removingAccidentalHits && isPerExample
      ? columnCandidates.map { batch.items?[Int($0)] ?? $0 } : nil

    let probabilities = batch.samplingProbabilities
    precondition(
      probabilities.map { $0.count == candidateRows } ?? true,
      "\(probabilities?.count ?? 0) sampling probabilities for \(candidateRows) candidates")
    let logs = multiplicities.map { $0 == 1 ? 0 : Double($0).logarithm }
    logMultiplicities = logs
    bias = zip(columnCandidates, logs).map { candidate, log in
      guard let probabilities else { return Float(log) }
      // TensorFlow Recommenders clips probabilities to 1e-6...1 before the logarithm.
      let q = min(1, max(1e-6, probabilities[Int(candidate)]))
      return Float(log - Double(q).logarithm)
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

    // What looks at the examples one by one needs whole rows of logits; else a block of columns stays in
    // the second-level cache from its product to its reduction, and again on the way back.
    let blockWidth = isPerExample ? max(1, c.rows) : Self.blockColumns
    let blocks = stride(from: 0, to: c.rows, by: blockWidth).map {
      CandidateBlock(c, columns: $0..<min($0 + blockWidth, c.rows), withGradients: withGradients)
    }
    // Tiles and groups follow from the shapes alone, so sums have one order on any number of threads.
    let tileRows = max(1, Self.tileVectors / heads)
    let tiles = (rowQueries.count + tileRows - 1) / tileRows
    let groups = min(tiles, 8)
    let parts = Parallel.map(groups) { group in
      let rows =
        group * tiles / groups
        * tileRows..<min(
          rowQueries.count, (group + 1) * tiles / groups * tileRows)
      var worker = SoftmaxWorker(
        plan: self, queries: q, blocks: blocks, rows: rows, tileRows: tileRows)
      for start in stride(from: rows.lowerBound, to: rows.upperBound, by: tileRows) {
        worker.process(rows: start..<min(rows.upperBound, start + tileRows))
      }
      return worker.result
    }

    var result = Result(
      loss: parts.reduce(0) { $0 + $1.loss }, queryGradient: nil, candidateGradient: nil,
      betterInBatch: [])
    if !task.batchMetrics.isEmpty { result.betterInBatch = parts.flatMap(\.betterInBatch) }
    guard withGradients, !parts.isEmpty else { return result }
    let queryGradient = Matrix(stacking: parts.map(\.queryGradient), columns: width)
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

/// Some columns of the logits: their candidates, packed for the way forward and the way back.
struct CandidateBlock: Sendable {
  let columns: Range<Int>
  /// d x columns.
  let forward: PackedMatrix
  /// columns x d; nil where no gradients are wanted.
  let backward: PackedMatrix?

  init(_ candidates: Matrix, columns: Range<Int>, withGradients: Bool) {
    self.columns = columns
    forward = PackedMatrix(candidates, rows: columns, transposed: true)
    backward = withGradients ? PackedMatrix(candidates, rows: columns) : nil
  }
}

extension [Int32] {
  /// Whether this is 0, 1, ..., count - 1.
  fileprivate func isCounting(to end: Int) -> Bool {
    guard count == end else { return false }
    for i in 0..<count where self[i] != Int32(i) { return false }
    return true
  }
}
