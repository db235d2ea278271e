import ShortlistTensors

/// One thread's share of an in-batch softmax: tiles of logits are computed, reduced and differentiated
/// while they are in cache.
///
/// A tile is some rows of the logits; it is walked by blocks of columns. On the way forward each block is
/// exponentiated with the largest logit so far as the shift, and the sums are corrected as it grows (Milakov
/// and Gimelshein, 2018: "Online normalizer calculation for softmax"); on the way back each block is
/// brought to one scale and becomes the gradient.
struct SoftmaxWorker {
  struct Result: Sendable {
    var loss = 0.0
    /// rows * heads x d, where gradients are wanted.
    var queryGradient: Matrix
    var candidateGradient: Matrix
    var betterInBatch: [Int32] = []
  }

  /// What masks and accidental hits put in the place of a logit, as TensorFlow Recommenders does: finite,
  /// so that a row with nothing left keeps a finite loss.
  private static let excluded = -Float.greatestFiniteMagnitude / 100

  private(set) var result: Result
  private let plan: InBatchSoftmax
  private let queries: Matrix
  private let blocks: [CandidateBlock]
  private let withGradients: Bool
  /// The first row of this worker's share.
  private let firstRow: Int
  private let heads: Int
  private let workspace = ProductWorkspace()

  /// For each block a tile of scores: logits, then exponentials, then gradients.
  private var scores: [Matrix]
  /// With several vectors a query, the scores of each before the maximum, and which vector won.
  private var vectorScores: Matrix
  private var winners: [[UInt8]]
  /// For each line of the tile the largest logit so far, and the sum of exp(logit - largest).
  private var largest: [Float]
  private var totals: [Double]
  /// For each block and line the shift of its exponentials.
  private var shifts: [Float]
  /// For each example of the tile its own logit, its own exponential and the shift of that.
  private var own: [(logit: Float, exponential: Float, shift: Float)]
  /// For each example of the tile what the gradient takes from its own column.
  private var corrections: [Float]

  init(
    plan: InBatchSoftmax, queries: Matrix, blocks: [CandidateBlock], rows: Range<Int>,
    tileRows: Int
  ) {
    self.plan = plan
    self.queries = queries
    self.blocks = blocks
    firstRow = rows.lowerBound
    heads = plan.task.queryVectors
    withGradients = blocks.first?.backward != nil
    let tileRows = min(tileRows, rows.count)
    scores = blocks.map { Matrix(uninitializedRows: tileRows, columns: $0.columns.count) }
    let widest = heads > 1 ? blocks.first?.columns.count ?? 0 : 0
    vectorScores = Matrix(uninitializedRows: tileRows * heads, columns: widest)
    winners =
      heads > 1 ? blocks.map { Array(repeating: 0, count: tileRows * $0.columns.count) } : []
    largest = Array(repeating: 0, count: tileRows)
    totals = Array(repeating: 0, count: tileRows)
    shifts = Array(repeating: 0, count: tileRows * blocks.count)
    own = []
    corrections = []
    let columns = blocks.last?.columns.upperBound ?? 0
    result = Result(
      queryGradient: Matrix(
        uninitializedRows: withGradients ? rows.count * heads : 0, columns: queries.columns),
      candidateGradient: Matrix(rows: withGradients ? columns : 0, columns: queries.columns))
  }

  mutating func process(rows: Range<Int>) {
    let positions = plan.exampleOffsets[rows.lowerBound]..<plan.exampleOffsets[rows.upperBound]
    own = Array(repeating: (0, 0, 0), count: positions.count)
    corrections = Array(repeating: 0, count: positions.count)
    for line in 0..<rows.count {
      largest[line] = -.infinity
      totals[line] = 0
    }
    for block in blocks.indices {
      computeScores(rows, block: block)
      exponentiate(rows, block: block)
    }
    let factors = rows.enumerated().map { line, row in addLoss(line: line, row: row, rows: rows) }
    guard withGradients else { return }
    let tile = PackedMatrix(queries, rows: rows.lowerBound * heads..<rows.upperBound * heads)
    for block in blocks.indices {
      makeGradient(rows, block: block, factors: factors)
      differentiate(rows, block: block, queries: tile)
    }
  }

  // MARK: Forward

  private mutating func computeScores(_ rows: Range<Int>, block: Int) {
    let range = rows.lowerBound * heads..<rows.upperBound * heads
    let packed = blocks[block].forward
    guard heads > 1 else {
      scores[block].setProduct(queries, rows: range, packed, workspace: workspace)
      return
    }
    let columns = packed.columns
    if vectorScores.columns != columns {
      vectorScores = Matrix(uninitializedRows: vectorScores.rows, columns: columns)
    }
    vectorScores.setProduct(queries, rows: range, packed, workspace: workspace)
    scores[block].setMaximum(
      ofEach: heads, rowsOf: vectorScores, lines: rows.count, winners: &winners[block])
  }

  /// Turns the scores of a block into exponentials and adds them to the sums.
  private mutating func exponentiate(_ rows: Range<Int>, block: Int) {
    let columns = blocks[block].columns
    let factor = 1 / plan.task.temperature
    let firstPosition = plan.exampleOffsets[rows.lowerBound]
    let allBias = plan.bias
    let bias = allBias.span.extracting(columns)
    for line in 0..<rows.count {
      let row = rows.lowerBound + line
      let blockLargest: Float
      do {
        var values = scores[block][mutableRow: line]
        blockLargest = values.scaleAndAdd(factor, bias)
      }
      let before = largest[line]
      let shift = max(
        before, plan.isPerExample ? selectNegatives(line: line, example: row) : blockLargest)
      let positions = plan.exampleOffsets[row]..<plan.exampleOffsets[row + 1]
      for position in positions {
        let place = Int(plan.ownColumns[position]) - columns.lowerBound
        if place >= 0, place < columns.count {
          let logit = scores[block][line, place]
          own[position - firstPosition] = (logit, 0, shift)
        }
      }
      let sum: Double
      do {
        var exponentials = scores[block][mutableRow: line]
        sum = exponentials.exponentiate(shift: shift)
      }
      if before != shift { totals[line] *= Double(before - shift).exponential }
      totals[line] += sum
      largest[line] = shift
      let lines = largest.count
      shifts[block * lines + line] = shift
      for position in positions {
        let place = Int(plan.ownColumns[position]) - columns.lowerBound
        if place >= 0, place < columns.count {
          let exponential = scores[block][line, place]
          own[position - firstPosition].exponential = exponential
        }
      }
    }
  }

  /// Adds the loss of a line's examples; returns what the exponentials of the line are multiplied with.
  private mutating func addLoss(line: Int, row: Int, rows: Range<Int>) -> Float {
    let firstPosition = plan.exampleOffsets[rows.lowerBound]
    let total = totals[line]
    let shift = largest[line]
    // Most lines have one partition for all examples: its logarithm is taken once.
    let logTotal = total.logarithm
    var sumOfFactors: Float = 0
    for position in plan.exampleOffsets[row]..<plan.exampleOffsets[row + 1] {
      let column = Int(plan.ownColumns[position])
      let weight = plan.batch.weights?[Int(plan.examples[position])] ?? 1
      let own = self.own[position - firstPosition]
      let count = plan.multiplicities[column]
      var partition = total
      var logPartition = logTotal
      var surplus: Float = 0
      if plan.task.removingAccidentalHits, count > 1 {
        // Its own candidate counts once where accidental hits are removed.
        let exponential =
          own.shift == shift
          ? Double(own.exponential)
          : Double(own.exponential) * Double(own.shift - shift).exponential
        let excess = exponential * (1 - 1 / Double(count))
        surplus = Float(excess)
        partition = max(total - excess, exponential - excess)
        logPartition = partition.logarithm
      }
      let ownLogit = Double(own.logit) - plan.logMultiplicities[column]
      result.loss += Double(weight) * (logPartition + Double(shift) - ownLogit)
      let factor = Float(Double(weight) / partition)
      sumOfFactors += factor
      corrections[position - firstPosition] = (weight + factor * surplus) / plan.task.temperature
    }
    return sumOfFactors / plan.task.temperature
  }

  /// Applies what looks at one example: its accidental hits, its mask, its hardest negatives. Returns the
  /// largest logit that is left.
  private mutating func selectNegatives(line: Int, example: Int) -> Float {
    let columns = scores[0].columns
    if let items = plan.columnItems {
      for column in 0..<columns where items[column] == items[example] && column != example {
        scores[0][line, column] += Self.excluded
      }
    }
    if let mask = plan.batch.scoreMask {
      for column in 0..<columns where !mask[example * columns + column] {
        scores[0][line, column] = Self.excluded
      }
    }
    if !plan.task.batchMetrics.isEmpty {
      result.betterInBatch.append(countBetter(line: line, own: example))
    }
    if let hardest = plan.task.hardNegatives, hardest < columns - 1 {
      keepHardest(hardest, line: line, own: example)
    }
    var largest = scores[0][line, 0]
    let tile = scores[0]
    let values = tile[row: line]
    for column in 1..<max(1, columns) where values[column] > largest { largest = values[column] }
    return largest
  }

  /// How many columns score at least as high as the own one, copies of the own candidate apart.
  private func countBetter(line: Int, own: Int) -> Int32 {
    let score = scores[0][line, own]
    let tile = scores[0]
    let counts = tile[row: line].countGreater(than: score)
    let candidates = plan.columnCandidates
    var copies = 0
    for column in candidates.indices where candidates[column] == candidates[own] {
      if scores[0][line, column] == score { copies += 1 }
    }
    return Int32(counts.greater + counts.equal - copies)
  }

  /// Leaves the own candidate and the `count` highest of the others; ties go to the first.
  private mutating func keepHardest(_ count: Int, line: Int, own: Int) {
    var hardest = TopK(count)
    do {
      let tile = scores[0]
      let values = tile[row: line]
      hardest.offer(values.extracting(0..<own), firstRow: 0)
      hardest.offer(values.extracting((own + 1)...), firstRow: own + 1)
    }
    let ownLogit = scores[0][line, own]
    var kept = scores[0][mutableRow: line]
    for column in 0..<kept.count { kept[column] = -.infinity }
    for (column, logit) in hardest.best() { kept[column] = logit }
    kept[own] = ownLogit
  }

  // MARK: Backward

  /// Turns the exponentials of a block into the gradient of the loss with respect to its scores.
  private mutating func makeGradient(_ rows: Range<Int>, block: Int, factors: [Float]) {
    let columns = blocks[block].columns
    let firstPosition = plan.exampleOffsets[rows.lowerBound]
    for line in 0..<rows.count {
      let row = rows.lowerBound + line
      let shift = shifts[block * largest.count + line]
      let scale =
        shift == largest[line]
        ? factors[line] : factors[line] * Float(Double(shift - largest[line]).exponential)
      do {
        var gradient = scores[block][mutableRow: line]
        gradient.scale(by: scale)
      }
      for position in plan.exampleOffsets[row]..<plan.exampleOffsets[row + 1] {
        let place = Int(plan.ownColumns[position]) - columns.lowerBound
        if place >= 0, place < columns.count {
          let correction = corrections[position - firstPosition]
          scores[block][line, place] -= correction
        }
      }
    }
  }

  private mutating func differentiate(_ rows: Range<Int>, block: Int, queries: PackedMatrix) {
    guard let backward = blocks[block].backward else { return }
    let lines = 0..<rows.count * heads
    if heads > 1 { spreadToWinners(rows.count, block: block) }
    let gradient = heads > 1 ? vectorScores : scores[block]
    result.queryGradient.setProduct(
      gradient, rows: lines, backward, accumulating: block > 0,
      firstRow: (rows.lowerBound - firstRow) * heads, workspace: workspace)
    result.candidateGradient.addProduct(
      transposed: gradient, rows: lines, queries, firstRow: blocks[block].columns.lowerBound,
      workspace: workspace)
  }

  /// The score of several vectors is their maximum: its gradient goes to the vector that won.
  private mutating func spreadToWinners(_ lines: Int, block: Int) {
    let columns = scores[block].columns
    if vectorScores.columns != columns {
      vectorScores = Matrix(uninitializedRows: vectorScores.rows, columns: columns)
    }
    let gradient = scores[block]
    let won = winners[block]
    for line in 0..<lines {
      for head in 0..<heads {
        var target = vectorScores[mutableRow: line * heads + head]
        let values = gradient[row: line]
        for column in 0..<columns {
          target[column] = won[line * columns + column] == head ? values[column] : 0
        }
      }
    }
  }
}
