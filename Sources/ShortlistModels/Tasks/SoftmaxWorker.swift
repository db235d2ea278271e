import ShortlistTensors

/// One thread's share of an in-batch softmax: tiles of logits are computed, reduced and differentiated
/// while they are in cache.
struct SoftmaxWorker {
  struct Result: Sendable {
    var loss = 0.0
    var queryGradients: [Matrix] = []
    var candidateGradient: Matrix
    var betterInBatch: [Int32] = []
  }

  /// What masks and accidental hits put in the place of a logit, as TensorFlow Recommenders does: finite,
  /// so that a row with nothing left keeps a finite loss.
  private static let excluded = -Float.greatestFiniteMagnitude / 100

  private(set) var result: Result
  private let plan: InBatchSoftmax
  private let queries: Matrix
  private let packed: PackedMatrix
  private let packedBack: PackedMatrix?
  private let heads: Int
  private let workspace = ProductWorkspace()
  private var logits: Matrix
  private var scores: Matrix
  private var winners: [UInt8]

  init(
    plan: InBatchSoftmax, queries: Matrix, packed: PackedMatrix, packedBack: PackedMatrix?,
    tileRows: Int
  ) {
    self.plan = plan
    self.queries = queries
    self.packed = packed
    self.packedBack = packedBack
    heads = plan.task.queryVectors
    logits = Matrix(uninitializedRows: tileRows * heads, columns: packed.columns)
    // With one vector a query the logits are the scores; with several, scores take their maximum.
    scores = heads > 1 ? Matrix(uninitializedRows: tileRows, columns: packed.columns) : logits
    if heads == 1 { logits = Matrix(rows: 0, columns: packed.columns) }
    winners = heads > 1 ? Array(repeating: 0, count: tileRows * packed.columns) : []
    let gradientRows = packedBack == nil ? 0 : packed.columns
    result = Result(candidateGradient: Matrix(rows: gradientRows, columns: queries.columns))
  }

  mutating func process(rows: Range<Int>) {
    computeScores(rows)
    for (line, row) in rows.enumerated() { reduce(line: line, row: row) }
    if packedBack != nil { differentiate(rows) }
  }

  // MARK: Forward

  private mutating func computeScores(_ rows: Range<Int>) {
    let range = rows.lowerBound * heads..<rows.upperBound * heads
    guard heads > 1 else {
      scores.setProduct(queries, rows: range, packed, workspace: workspace)
      return
    }
    logits.setProduct(queries, rows: range, packed, workspace: workspace)
    let columns = packed.columns
    let logits = self.logits
    for line in 0..<rows.count {
      scores.copyRow(line, from: logits, row: line * heads)
      for c in 0..<columns { winners[line * columns + c] = 0 }
      for head in 1..<heads {
        scores.takeMaximum(
          inRow: line, with: logits[row: line * heads + head], winner: UInt8(head),
          winners: &winners, from: line * columns)
      }
    }
  }

  /// Turns a line of scores into the gradient of the loss with respect to them.
  private mutating func reduce(line: Int, row: Int) {
    let task = plan.task
    let bias = plan.bias
    var values = scores[mutableRow: line]
    var largest = values.scaleAndAdd(1 / task.temperature, bias.span)
    if plan.isPerExample {
      largest = selectNegatives(line: line, example: row)
    }
    let range = plan.rowExamples[row]
    let own = range.map { scores[line, Int(plan.ownColumns[$0])] }
    var exponentials = scores[mutableRow: line]
    let total = exponentials.exponentiate(shift: largest)

    var sumOfFactors: Float = 0
    var corrections: [(column: Int, value: Float)] = []
    for (position, logit) in zip(range, own) {
      let column = Int(plan.ownColumns[position])
      let weight = plan.batch.weights?[Int(plan.examples[position])] ?? 1
      let exponential = scores[line, column]
      let count = plan.multiplicities[column]
      // Its own candidate counts once where accidental hits are removed.
      // In Double: it may be nearly all of the sum.
      let share = Double(exponential)
      let surplus = task.removingAccidentalHits ? share * (1 - 1 / Double(count)) : 0
      let partition = max(total - surplus, share - surplus)
      let ownLogit = Double(logit) - Double(count).logarithm
      result.loss += Double(weight) * (partition.logarithm + Double(largest) - ownLogit)
      let factor = Float(Double(weight) / partition)
      sumOfFactors += factor
      corrections.append((column, weight + factor * Float(surplus)))
    }
    guard packedBack != nil else { return }
    var gradient = scores[mutableRow: line]
    gradient.scale(by: sumOfFactors / task.temperature)
    for (column, value) in corrections { scores[line, column] -= value / task.temperature }
  }

  /// Applies what looks at one example: its accidental hits, its mask, its hardest negatives. Returns the
  /// largest logit that is left.
  private mutating func selectNegatives(line: Int, example: Int) -> Float {
    let columns = packed.columns
    if let items = plan.columnItems {
      for column in 0..<columns where items[column] == items[example] && column != example {
        scores[line, column] += Self.excluded
      }
    }
    if let mask = plan.batch.scoreMask {
      for column in 0..<columns where !mask[example * columns + column] {
        scores[line, column] = Self.excluded
      }
    }
    if !plan.task.batchMetrics.isEmpty {
      result.betterInBatch.append(countBetter(line: line, own: example))
    }
    if let hardest = plan.task.hardNegatives, hardest < columns - 1 {
      keepHardest(hardest, line: line, own: example)
    }
    var largest = scores[line, 0]
    let values = scores[row: line]
    for column in 1..<max(1, columns) where values[column] > largest { largest = values[column] }
    return largest
  }

  /// How many columns score at least as high as the own one, copies of the own candidate apart.
  private func countBetter(line: Int, own: Int) -> Int32 {
    let score = scores[line, own]
    let counts = scores[row: line].countGreater(than: score)
    let candidates = plan.columnCandidates
    var copies = 0
    for column in candidates.indices where candidates[column] == candidates[own] {
      if scores[line, column] == score { copies += 1 }
    }
    return Int32(counts.greater + counts.equal - copies)
  }

  /// Leaves the own candidate and the `count` highest of the others; ties go to the first.
  private mutating func keepHardest(_ count: Int, line: Int, own: Int) {
    let columns = packed.columns
    var others: [Float] = []
    others.reserveCapacity(columns)
    for column in 0..<columns where column != own { others.append(scores[line, column]) }
    let threshold = others.nthLargest(count)
    var ties = count
    for value in others where value > threshold { ties -= 1 }
    for column in 0..<columns where column != own {
      let value = scores[line, column]
      guard value <= threshold else { continue }
      if value == threshold && ties > 0 {
        ties -= 1
        continue
      }
      scores[line, column] = -.infinity
    }
  }

  // MARK: Backward

  private mutating func differentiate(_ rows: Range<Int>) {
    guard let packedBack else { return }
    var gradient = scores
    if heads > 1 {
      gradient = logits
      spreadToWinners(rows.count, into: &gradient)
    }
    let lines = 0..<rows.count * heads
    var toQueries = Matrix(uninitializedRows: lines.count, columns: queries.columns)
    toQueries.setProduct(gradient, rows: lines, packedBack, workspace: workspace)
    result.queryGradients.append(toQueries)
    let tile = queries.rows(rows.lowerBound * heads..<rows.upperBound * heads)
    result.candidateGradient.addProduct(
      transposed: gradient, rows: lines, PackedMatrix(tile), workspace: workspace)
  }

  /// The score of several vectors is their maximum: its gradient goes to the vector that won.
  private func spreadToWinners(_ lines: Int, into gradient: inout Matrix) {
    let columns = packed.columns
    for line in 0..<lines {
      for head in 0..<heads {
        for column in 0..<columns {
          let won = winners[line * columns + column] == head
          gradient[line * heads + head, column] = won ? scores[line, column] : 0
        }
      }
    }
  }
}

extension [Float] {
  /// The n-th largest element, counted from one (Hoare's selection, middle element as pivot).
  fileprivate func nthLargest(_ n: Int) -> Float {
    var items = self
    var low = 0
    var high = items.count - 1
    let target = n - 1
    while low < high {
      let pivot = items[(low + high) / 2]
      var i = low
      var j = high
      while i <= j {
        while items[i] > pivot { i += 1 }
        while items[j] < pivot { j -= 1 }
        if i <= j {
          items.swapAt(i, j)
          i += 1
          j -= 1
        }
      }
      if target <= j { high = j } else if target >= i { low = i } else { break }
    }
    return items[target]
  }
}
