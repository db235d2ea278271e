import Foundation
import ShortlistModels
import ShortlistTensors
import Testing

/// The formula in double precision, example by example and column by column.
private struct Plain {
  var loss = 0.0
  var queryGradient: [Double]
  var candidateGradient: [Double]

  init(_ queries: Matrix, _ candidates: Matrix, _ batch: RetrievalBatch, task: Retrieval) {
    let width = queries.columns
    queryGradient = Array(repeating: 0, count: queries.count)
    candidateGradient = Array(repeating: 0, count: candidates.count)
    for example in 0..<batch.count {
      let u = Int(batch.queries[example])
      var logits = (0..<batch.count).map { column in
        let c = Int(batch.candidates[column])
        var score = 0.0
        for p in 0..<width { score += Double(queries[u, p]) * Double(candidates[c, p]) }
        let q = batch.samplingProbabilities.map { Double($0[c]) } ?? 1
        return score / Double(task.temperature) - log(q)
      }
      if task.removingAccidentalHits {
        for column in 0..<batch.count
        where column != example && batch.candidates[column] == batch.candidates[example] {
          logits[column] = -.infinity
        }
      }
      let largest = logits.max() ?? 0
      let exponentials = logits.map { exp($0 - largest) }
      let total = exponentials.reduce(0, +)
      let weight = batch.weights.map { Double($0[example]) } ?? 1
      loss += weight * (log(total) + largest - logits[example])
      for column in 0..<batch.count {
        let c = Int(batch.candidates[column])
        let share = exponentials[column] / total - (column == example ? 1 : 0)
        let gradient = weight * share / Double(task.temperature)
        for p in 0..<width {
          queryGradient[u * width + p] += gradient * Double(candidates[c, p])
          candidateGradient[c * width + p] += gradient * Double(queries[u, p])
        }
      }
    }
  }
}

private func matrix(_ rows: Int, _ columns: Int, seed: UInt64, growing: Float) -> Matrix {
  var random = RandomStream(seed: seed)
  var matrix = Matrix(rows: rows, columns: columns)
  for row in 0..<rows {
    let scale = 1 + growing * Float(row) / Float(rows)
    for column in 0..<columns { matrix[row, column] = (random.uniform() - 0.5) * scale }
  }
  return matrix
}

private func largestDifference(_ a: Matrix, _ b: [Double]) -> Double {
  var largest = 0.0
  var scale = 1e-12
  for i in 0..<a.count {
    largest = max(largest, abs(Double(a.values[i]) - b[i]))
    scale = max(scale, abs(b[i]))
  }
  return largest / scale
}

private func evaluate(
  _ queries: Matrix, _ candidates: Matrix, _ batch: RetrievalBatch, task: Retrieval
) throws -> (loss: Double, query: Matrix, candidate: Matrix) {
  let pass = Pass(
    over: Parameters(["query": queries, "candidate": candidates]), training: true)
  let result = task.loss(
    queries: pass.parameter("query"), candidates: pass.parameter("candidate"), batch: batch,
    in: pass)
  let gradients = pass.gradients(of: result.loss)
  guard case .dense(let query)? = gradients["query"],
    case .dense(let candidate)? = gradients["candidate"]
  else { throw CancellationError() }
  return (Double(result.loss.value[0, 0]), query, candidate)
}

@Suite("The softmax over several blocks of columns")
struct SoftmaxBlockTests {
  static let tasks: [Retrieval] = [
    Retrieval(), .tutorial, Retrieval(temperature: 0.02),
  ]

  /// Examples, query rows and candidate rows on both sides of a tile (84) and of a block (448).
  static let shapes = [
    (1, 1, 1), (83, 84, 447), (470, 85, 448), (900, 300, 449), (1100, 700, 1000),
  ]

  private func batch(_ shape: (Int, Int, Int)) -> RetrievalBatch {
    let (examples, queries, candidates) = shape
    var random = RandomStream(seed: 3)
    var batch = RetrievalBatch(
      queries: (0..<examples).map { _ in Int32(random.below(queries)) },
      // In order, so that the largest logit comes late and shifts change from block to block.
      candidates: (0..<examples).map { Int32($0 * candidates / examples) })
    batch.weights = (0..<examples).map { _ in random.uniform() + 0.5 }
    batch.samplingProbabilities = (0..<candidates).map { _ in (random.uniform() + 0.01) / 100 }
    return batch
  }

  @Test("Loss and gradients are those of the plain formula", arguments: shapes, tasks)
  func plainFormula(shape: (Int, Int, Int), task: Retrieval) throws {
    let queries = matrix(shape.1, 5, seed: 1, growing: 0)
    let candidates = matrix(shape.2, 5, seed: 2, growing: 8)
    let batch = batch(shape)
    let own = try evaluate(queries, candidates, batch, task: task)
    let plain = Plain(queries, candidates, batch, task: task)
    #expect(abs(own.loss - plain.loss) <= 1e-5 * abs(plain.loss) + 1e-6)
    if shape.0 > 1 {
      #expect(largestDifference(own.query, plain.queryGradient) < 1e-4)
      #expect(largestDifference(own.candidate, plain.candidateGradient) < 1e-4)
    }
  }

  @Test("One thread or many give the same bits", arguments: tasks)
  func threads(task: Retrieval) throws {
    let queries = matrix(700, 5, seed: 1, growing: 0)
    let candidates = matrix(1000, 5, seed: 2, growing: 8)
    let batch = batch((1100, 700, 1000))
    let one = try Parallel.$threads.withValue(1) {
      try evaluate(queries, candidates, batch, task: task)
    }
    for count in [2, 3, 8] {
      let many = try Parallel.$threads.withValue(count) {
        try evaluate(queries, candidates, batch, task: task)
      }
      #expect(many == one)
    }
  }
}
