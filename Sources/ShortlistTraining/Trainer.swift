private import Foundation
import ShortlistData
public import ShortlistModels
import ShortlistTensors

/// Fits a model: epochs over batches, an optimizer, callbacks. It uses only what a training loop of your own
/// would use: `valueAndGradients` and `Optimizer.update`.
///
/// ```swift
/// let trainer = Trainer(optimizer: .adagrad(learningRate: 0.1), callbacks: [ProgressBar()])
/// let history = try trainer.fit(&model, to: train.shuffled(seed: 1).batched(8192), epochs: 3)
/// ```
public struct Trainer: Sendable {
  public var optimizer: Optimizer
  public var callbacks: [any Callback]
  /// Of the random numbers of the steps: dropout, extra negatives.
  public var seed: UInt64
  /// Asked at the end of every epoch; when it says yes, training ends there. So an interrupted run ends
  /// with a whole epoch.
  public var shouldStop: @Sendable () -> Bool

  public init(
    optimizer: Optimizer, callbacks: [any Callback] = [], seed: UInt64 = 0,
    shouldStop: @escaping @Sendable () -> Bool = { false }
  ) {
    self.optimizer = optimizer
    self.callbacks = callbacks
    self.seed = seed
    self.shouldStop = shouldStop
  }

  /// The seed of the random numbers of a step.
  ///
  /// - Parameter step: the number of updates before it.
  public func seed(ofStep step: Int) -> UInt64 {
    seed &+ UInt64(step) &* 0x9E37_79B9_7F4A_7C15
  }

  /// Metrics of a batch, before its update: (sum, weight) by name.
  typealias Measure<M: Model> = (M, Batch<M.Examples>) throws -> [String: (
    sum: Double, weight: Double
  )]

  /// Trains any model.
  ///
  /// - Parameters:
  ///   - model: changed in place; as the last whole step left it when an error is thrown.
  ///   - batches: the training data.
  ///   - epochs: how many times to walk through it, in all (a resumed run makes only the rest).
  ///   - validation: data whose loss is measured after each epoch.
  ///   - checkpoint: where to go on from; nil to begin.
  /// - Throws: `DataError` when a feature is missing, `TrainingError.diverged` when the loss is no longer a
  ///   finite number, and what callbacks throw.
  public func fit<M: Model>(
    _ model: inout M, to batches: Batches, epochs: Int, validatingOn validation: Batches? = nil,
    resumingFrom checkpoint: Checkpoint? = nil
  ) throws -> History {
    try fit(
      &model, to: batches, epochs: epochs, validatingOn: validation, resumingFrom: checkpoint,
      measure: nil, validate: nil)
  }

  func fit<M: Model>(
    _ model: inout M, to batches: Batches, epochs: Int, validatingOn validation: Batches?,
    resumingFrom checkpoint: Checkpoint?, measure: Measure<M>?,
    validate: ((M) throws -> [String: Double])?
  ) throws -> History {
    guard batches.dataset.rowCount > 0 else {
      throw TrainingError(.emptyDataset, "there are no training examples")
    }
    let examples = try model.bind(batches.dataset)
    let validationExamples = try validation.map { try model.bind($0.dataset) }
    var callbacks = self.callbacks
    var state = TrainingState(
      epochs: epochs, stepsInEpoch: batches.count, examplesInEpoch: batches.dataset.rowCount,
      optimizer: optimizer)
    if let checkpoint {
      try checkpoint.check(fits: model.parameters, optimizer: optimizer)
      state.epoch = checkpoint.epoch
      state.history = checkpoint.history
      state.optimizer = checkpoint.optimizer
      model.parameters = checkpoint.parameters
    }
    for index in callbacks.indices { try callbacks[index].trainingWillBegin(state) }

    while state.epoch < epochs, state.stopReason == nil {
      state.epoch += 1
      var record = EpochSum()
      let start = Date()
      (state.step, state.examples) = (0, 0)
      for rows in batches.rows(ofEpoch: state.epoch) {
        let batch = Batch(examples, rows: rows)
        let metrics = try measure?(model, batch) ?? [:]
        let step = try model.valueAndGradients(
          on: batch, seed: seed(ofStep: state.optimizer.step))
        guard step.totalLoss.isFinite else {
          throw diverged(state, "the loss is \(step.totalLoss)")
        }
        state.optimizer.update(&model.parameters, along: step.gradients)
        record.add(step, metrics: metrics, count: batch.count)
        state.step += 1
        state.examples += batch.count
        state.loss = record.meanTotalLoss
        state.stepLoss = Double(step.loss) / Double(batch.count)
        state.seconds = Date().timeIntervalSince(start)
        for index in callbacks.indices { callbacks[index].stepDidEnd(state) }
      }
      if let name = model.parameters.firstNotFinite {
        throw diverged(state, "\(name) holds a value that is not a finite number")
      }
      var epoch = record.epoch(state.epoch, seconds: state.seconds)
      if let validation, let validationExamples {
        epoch.metrics["validation_loss"] = try meanLoss(
          of: model, on: validationExamples, in: validation)
      }
      for (name, value) in try validate?(model) ?? [:] {
        epoch.metrics["validation_" + name] = value
      }
      state.history.epochs.append(epoch)
      if shouldStop() { state.stopReason = "interrupted" }
      for index in callbacks.indices {
        try callbacks[index].epochDidEnd(&state, parameters: model.parameters)
      }
    }
    for index in callbacks.indices {
      try callbacks[index].trainingDidEnd(&state, parameters: &model.parameters)
    }
    return state.history
  }

  private func meanLoss<M: Model>(
    of model: M, on examples: M.Examples, in batches: Batches
  ) throws -> Double {
    var sum = 0.0
    for rows in batches.rows(ofEpoch: 0) {
      let pass = Pass(over: model.parameters)
      let loss = try model.loss(on: Batch(examples, rows: rows), in: pass)
      sum += Double(loss.task.value[0, 0])
    }
    return sum / Double(max(1, batches.dataset.rowCount))
  }

  private func diverged(_ state: TrainingState, _ what: String) -> TrainingError {
    TrainingError(
      .diverged,
      "training diverged in epoch \(state.epoch), step \(min(state.step + 1, state.stepsInEpoch)): \(what). "
        + "Lower the learning rate (it is \(state.optimizer.learningRate)) or raise the temperature"
    )
  }
}

/// The sums of one epoch.
private struct EpochSum {
  private var loss = 0.0
  private var regularization = 0.0
  private var examples = 0
  private var metrics: [String: (sum: Double, weight: Double)] = [:]

  var meanTotalLoss: Double { (loss + regularization) / Double(max(1, examples)) }

  mutating func add(
    _ step: StepResult, metrics batch: [String: (sum: Double, weight: Double)], count: Int
  ) {
    loss += Double(step.loss)
    regularization += Double(step.regularizationLoss)
    examples += count
    for (name, value) in batch.merging(step.batchMetrics, uniquingKeysWith: { a, _ in a }) {
      let old = metrics[name] ?? (0, 0)
      metrics[name] = (old.sum + value.sum, old.weight + value.weight)
    }
  }

  func epoch(_ number: Int, seconds: Double) -> History.Epoch {
    let count = Double(max(1, examples))
    return History.Epoch(
      epoch: number, loss: loss / count, regularizationLoss: regularization / count,
      metrics: metrics.mapValues { $0.weight > 0 ? $0.sum / $0.weight : 0 }, examples: examples,
      seconds: seconds)
  }
}
