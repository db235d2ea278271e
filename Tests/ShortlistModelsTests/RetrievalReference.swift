import Foundation
import ShortlistModels
import ShortlistTensors
import Testing

/// The retrieval loss as its definition says it: example by example, column by column, in Double.
struct RetrievalReference {
  var loss = 0.0
  var queryGradient: [[Double]]
  var candidateGradient: [[Double]]

  init(_ task: Retrieval, _ batch: RetrievalBatch, queries: Matrix, candidates: Matrix) {
    let width = candidates.columns
    queryGradient = Array(
      repeating: Array(repeating: 0, count: queries.columns), count: queries.rows)
    candidateGradient = Array(repeating: Array(repeating: 0, count: width), count: candidates.rows)
    let columns = (batch.candidates + batch.extraNegatives).map { Int($0) }
    let items = columns.map { batch.items?[$0] ?? Int32($0) }
    let temperature = Double(task.temperature)

    for example in 0..<batch.count {
      let query = Int(batch.queries[example])
      var logits: [Double] = []
      var winners: [Int] = []
      for column in columns {
        let scores = (0..<task.queryVectors).map { head in
          (0..<width).reduce(0.0) {
            $0 + Double(queries[query, head * width + $1]) * Double(candidates[column, $1])
          }
        }
        let winner = scores.indices.max { scores[$0] < scores[$1] } ?? 0
        winners.append(winner)
        let probability = min(1, max(1e-6, Double(batch.samplingProbabilities?[column] ?? 1)))
        logits.append(scores[winner] / temperature - log(probability))
      }
      var kept = columns.indices.filter { column in
        if column == example { return true }
        if let mask = batch.scoreMask, !mask[example * columns.count + column] { return false }
        return !(task.removingAccidentalHits && items[column] == items[example])
      }
      if let hardest = task.hardNegatives {
        let others = kept.filter { $0 != example }.sorted { logits[$0] > logits[$1] }
        kept = [example] + others.prefix(hardest)
      }
      let largest = kept.map { logits[$0] }.max() ?? 0
      let partition = kept.reduce(0.0) { $0 + exp(logits[$1] - largest) }
      let weight = Double(batch.weights?[example] ?? 1)
      loss += weight * (log(partition) + largest - logits[example])
      for column in kept {
        let probability = exp(logits[column] - largest) / partition
        let slope = weight * (probability - (column == example ? 1 : 0)) / temperature
        let start = winners[column] * width
        for k in 0..<width {
          queryGradient[query][start + k] += slope * Double(candidates[columns[column], k])
          candidateGradient[columns[column]][k] += slope * Double(queries[query, start + k])
        }
      }
    }
  }
}

/// A batch to try a task on.
struct RetrievalTrial: Sendable, CustomTestStringConvertible {
  var name: String
  var task: Retrieval
  var batch: RetrievalBatch
  var parameters: Parameters
  var testDescription: String { name }

  /// - Parameter favourite: how often the first candidate stands in the batch, of 100.
  init(
    _ name: String, _ task: Retrieval, examples: Int = 40, queries: Int = 7, candidates: Int = 9,
    width: Int = 3, favourite: Int = 20, seed: UInt64 = 1,
    _ change: (inout RetrievalBatch, inout RandomStream) -> Void = { _, _ in }
  ) {
    var random = RandomStream(seed: seed)
    batch = RetrievalBatch(
      queries: (0..<examples).map { _ in Int32(random.below(queries)) },
      candidates: (0..<examples).map { _ in
        random.below(100) < favourite ? 0 : Int32(random.below(candidates))
      })
    if task.correctingSampling {
      batch.samplingProbabilities = (0..<candidates).map { _ in 0.01 + random.uniform() / 3 }
    }
    change(&batch, &random)
    self.name = name
    self.task = task
    parameters = Parameters([
      "queries": normalMatrix(queries, width * task.queryVectors, seed: seed &+ 1),
      "candidates": normalMatrix(candidates, width, seed: seed &+ 2),
    ])
  }

  /// The same with one query vector far ahead of the others, so that small steps change no maximum.
  var withoutKinks: RetrievalTrial {
    var trial = self
    trial.parameters.update("candidates") { matrix in
      for row in 0..<matrix.rows { matrix[row, 0] = 1 + 0.1 * matrix[row, 0] }
    }
    guard task.queryVectors > 1 else { return trial }
    trial.parameters.update("queries") { matrix in
      let width = matrix.columns / task.queryVectors
      for row in 0..<matrix.rows { matrix[row, row % task.queryVectors * width] += 12 }
    }
    return trial
  }

  func loss(in pass: Pass) -> Variable {
    task.loss(
      queries: pass.parameter("queries"), candidates: pass.parameter("candidates"), batch: batch,
      in: pass
    ).loss
  }

  /// The plain softmax with nothing corrected.
  private static let plain = Retrieval.tutorial

  private static func plain(_ change: (inout Retrieval) -> Void) -> Retrieval {
    var task = plain
    change(&task)
    return task
  }

  private static func weigh(_ batch: inout RetrievalBatch, _ random: inout RandomStream) {
    batch.weights = batch.queries.map { _ in random.below(5) == 0 ? 0 : random.uniform() * 2 }
  }

  private static func mask(_ batch: inout RetrievalBatch, _ random: inout RandomStream) {
    let columns = batch.count + batch.extraNegatives.count
    batch.scoreMask = (0..<batch.count * columns).map { place in
      place / columns == place % columns || random.below(3) > 0
    }
  }

  private static func extend(_ batch: inout RetrievalBatch, _ random: inout RandomStream) {
    batch.extraNegatives = (0..<13).map { _ in Int32(random.below(9)) }
  }

  private static func share(_ batch: inout RetrievalBatch) {
    batch.items = [0, 1, 2, 0, 1, 5, 6, 6, 6]
  }

  /// Every option, alone and together.
  static let all: [RetrievalTrial] = [
    RetrievalTrial("plain", plain),
    RetrievalTrial("temperature", plain { $0.temperature = 0.3 }),
    RetrievalTrial("logQ", plain { $0.correctingSampling = true }),
    RetrievalTrial("accidental hits", plain { $0.removingAccidentalHits = true }),
    RetrievalTrial("the defaults", Retrieval()),
    RetrievalTrial("hard negatives", plain { $0.hardNegatives = 5 }, candidates: 300),
    RetrievalTrial(
      "hard negatives and accidental hits", Retrieval(hardNegatives: 4), candidates: 300),
    RetrievalTrial("extra negatives", plain) { extend(&$0, &$1) },
    RetrievalTrial("extra negatives with the defaults", Retrieval()) { extend(&$0, &$1) },
    RetrievalTrial("weights", Retrieval()) { weigh(&$0, &$1) },
    RetrievalTrial("score mask", plain) { mask(&$0, &$1) },
    RetrievalTrial("score mask with the defaults", Retrieval()) { mask(&$0, &$1) },
    RetrievalTrial("two query vectors", plain { $0.queryVectors = 2 }),
    RetrievalTrial("three query vectors with the defaults", Retrieval(queryVectors: 3)),
    RetrievalTrial("shared items", Retrieval()) { batch, _ in share(&batch) },
    RetrievalTrial("shared items, accidental hits left in", plain) { batch, _ in share(&batch) },
    RetrievalTrial("batch metrics", Retrieval(batchMetrics: [1, 5])),
    RetrievalTrial(
      "everything", Retrieval(temperature: 0.7, queryVectors: 2, batchMetrics: [1])
    ) {
      extend(&$0, &$1)
      share(&$0)
      weigh(&$0, &$1)
      mask(&$0, &$1)
    },
    RetrievalTrial("one example", Retrieval(), examples: 1),
    RetrievalTrial("one candidate", Retrieval(), queries: 3, candidates: 1),
    RetrievalTrial("one candidate, plain", plain, queries: 3, candidates: 1),
    RetrievalTrial("all different", Retrieval(), examples: 5, queries: 200, candidates: 200),
    RetrievalTrial("several tiles", Retrieval(), examples: 400, queries: 333, candidates: 77),
    RetrievalTrial(
      "a candidate in nine rows of ten", Retrieval(), examples: 1000, queries: 40, candidates: 60,
      favourite: 90),
    RetrievalTrial(
      "a candidate in nine rows of ten, plain", plain, examples: 1000, queries: 40, candidates: 60,
      favourite: 90),
  ]
}
