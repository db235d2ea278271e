import Foundation
import ShortlistData
import ShortlistModels
import ShortlistTensors
import ShortlistTesting
import ShortlistTraining
import Testing

/// Thirty steps of a golden run of TensorFlow Recommenders.
private struct RetrievalGolden: Decodable, Sendable {
  struct Options: Decodable, Sendable {
    var temperature: Float?
    var removeAccidentalHits: Bool
    var samplingProbabilities: GoldenMatrix?
    var hardNegatives: Int?
    var heads: Int
    var distinctRowRegularization: Float
    var kernelRegularization: Float
  }
  struct OptimizerOptions: Decodable, Sendable {
    var name: String
    var learningRate: Float
    var momentum: Float?
    var nesterov: Bool?
    var weightDecay: Float?
  }
  struct Batches: Decodable, Sendable {
    var query: [[Int32]]
    var candidate: [[Int32]]
    var weights: [[Float]]?
    var extraNegatives: [[Int32]]?
    var scoreMask: GoldenMask?
  }
  struct GoldenMask: Decodable, Sendable {
    var shape: [Int]
    var data: Data
  }
  var options: Options
  var optimizer: OptimizerOptions
  var batches: Batches
  var losses: [Double]
  var regularizationLosses: [Double]
  var batchMetrics: [String: [Double]]?
  var initial: [String: GoldenMatrix]
  var final: [String: GoldenMatrix]
}

/// A model of tables (and dense layers where the golden has them) that replays the golden's batches.
private struct Replay: Model {
  let golden: RetrievalGolden
  let task: Retrieval
  var parameters: Parameters

  init(_ golden: RetrievalGolden) {
    self.golden = golden
    task = Retrieval(
      temperature: golden.options.temperature ?? 1,
      correctingSampling: golden.options.samplingProbabilities != nil,
      removingAccidentalHits: golden.options.removeAccidentalHits,
      hardNegatives: golden.options.hardNegatives, queryVectors: golden.options.heads,
      batchMetrics: golden.batchMetrics == nil ? [] : [1, 5])
    parameters = Parameters(golden.initial.mapValues(\.matrix))
  }

  func bind(_ dataset: Dataset) throws -> [Int] { [] }

  func loss(on batch: Batch<[Int]>, in pass: Pass) throws -> Loss {
    let step = batch.rows[0]
    let queries = golden.batches.query[step]
    let candidates = golden.batches.candidate[step]
    let extras = golden.batches.extraNegatives?[step] ?? []
    let tableRows = Int32(parameters["candidate/embedding"]?.rows ?? 0)
    // Distinct rows, as a two-tower model gives them: every row of the tables that the batch touches.
    let queryRows = Array(Set(queries)).sorted()
    let candidateRows = Array(Set(candidates + extras)).sorted()
    func place(_ row: Int32, _ rows: [Int32]) -> Int32 { Int32(rows.firstIndex(of: row) ?? -1) }

    var meeting = RetrievalBatch(
      queries: queries.map { place($0, queryRows) },
      candidates: candidates.map { place($0, candidateRows) })
    meeting.extraNegatives = extras.map { place($0, candidateRows) }
    meeting.weights = golden.batches.weights?[step]
    meeting.samplingProbabilities = golden.options.samplingProbabilities.map { all in
      candidateRows.map { all.matrix[0, Int($0)] }
    }
    meeting.scoreMask = golden.batches.scoreMask.map { mask in
      let size = mask.shape[1] * mask.shape[2]
      return (0..<size).map { index in
        let bit = step * size + index
        return mask.data[bit / 8] >> UInt8(bit % 8) & 1 == 1
      }
    }
    #expect(candidateRows.allSatisfy { $0 < tableRows })
    let result = task.loss(
      queries: embed("query", queryRows, in: pass),
      candidates: embed("candidate", candidateRows, in: pass), batch: meeting, in: pass)
    var loss = Loss(result.loss)
    var terms: [Variable] = []
    let decay = golden.options.distinctRowRegularization
    if decay > 0 {
      terms.append(pass.sumOfSquares(ofRows: queryRows, in: "query/embedding", times: decay))
      terms.append(
        pass.sumOfSquares(ofRows: candidateRows, in: "candidate/embedding", times: decay))
    }
    if golden.options.kernelRegularization > 0 {
      for name in parameters.names where name.hasSuffix("kernel") {
        terms.append(
          pass.sumOfSquares(
            pass.parameter(name), times: golden.options.kernelRegularization))
      }
    }
    loss.regularization = pass.sum(terms)
    for k in task.batchMetrics {
      let hits = result.betterInBatch.filter { $0 < k }.count
      loss.batchMetrics["top_\(k)"] = (Double(hits), Double(queries.count))
    }
    return loss
  }

  private func embed(_ tower: String, _ rows: [Int32], in pass: Pass) -> Variable {
    pass.within(tower) {
      var vectors = pass.gather("embedding", rows: rows)
      if parameters["\(tower)/dense_0/kernel"] != nil {
        vectors = pass.dense(
          vectors, kernel: "dense_0/kernel", bias: "dense_0/bias", activation: .relu)
        vectors = pass.dense(vectors, kernel: "dense_1/kernel", bias: "dense_1/bias")
      }
      return vectors
    }
  }
}

extension Optimizer {
  fileprivate init?(_ options: RetrievalGolden.OptimizerOptions) {
    switch options.name {
    case "adagrad": self = .adagrad(learningRate: options.learningRate)
    case "sgd":
      self = .sgd(
        learningRate: options.learningRate, momentum: options.momentum ?? 0,
        nesterov: options.nesterov ?? false)
    case "adam": self = .adam(learningRate: options.learningRate)
    case "adamw":
      self = .adamW(
        learningRate: options.learningRate, weightDecay: options.weightDecay ?? 0)
    default: return nil
    }
  }
}

@Suite("Step-by-step equality with TensorFlow Recommenders")
struct RetrievalGoldenTests {
  @Test("There are goldens for every option")
  func goldensExist() {
    #expect(goldens.names(in: "retrieval").count >= 21)
  }

  @Test(
    "The same weights and batches give the same losses and embeddings",
    arguments: goldens.names(in: "retrieval"))
  func replay(name: String) throws {
    let golden = try goldens.load(RetrievalGolden.self, "retrieval/" + name)
    var model = Replay(golden)
    var optimizer = try #require(Optimizer(golden.optimizer))
    for step in golden.losses.indices {
      let result = try model.valueAndGradients(on: Batch([], rows: [step][...]))
      let expected = golden.losses[step]
      #expect(
        abs(Double(result.loss) - expected) <= 1e-4 * abs(expected),
        "step \(step): loss \(result.loss), TensorFlow's is \(expected)")
      let regularization = golden.regularizationLosses[step]
      #expect(
        abs(Double(result.regularizationLoss) - regularization) <= 1e-4 * abs(regularization)
          + 1e-9,
        "step \(step): regularization \(result.regularizationLoss), TensorFlow's is \(regularization)"
      )
      for (metric, values) in golden.batchMetrics ?? [:] {
        let own = try #require(result.batchMetrics[metric])
        #expect(
          abs(own.sum / own.weight - values[step]) < 1e-6,
          "step \(step): \(metric) \(own.sum / own.weight), TensorFlow's is \(values[step])")
      }
      optimizer.update(&model.parameters, along: result.gradients)
    }
    for (parameter, expected) in golden.final {
      let own = try #require(model.parameters[parameter])
      if parameter == "candidate/dense_1/bias" {
        // It moves every logit of a row alike, so its gradient is zero but for rounding: what is left is
        // noise of either side, held to 1e-4 of the size of its neighbours (about 0.1).
        for column in 0..<own.columns {
          #expect(abs(own[0, column] - expected.matrix[0, column]) < 1e-5, "\(parameter)")
        }
        continue
      }
      let difference = own.relativeDifference(from: expected.matrix)
      #expect(difference < 1e-4, "\(parameter) differs by \(difference)")
    }
  }
}
