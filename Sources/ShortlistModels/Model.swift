public import ShortlistData
import ShortlistTensors

/// Something that learns: parameters, and a loss over batches of examples.
///
/// `TwoTowerModel` is one; a model of your own says how a dataset becomes examples and what its loss is,
/// and the trainer, the optimizers and the callbacks work for it unchanged:
///
/// ```swift
/// struct RatingModel: Model {
///   var parameters: Parameters
///   func bind(_ dataset: Dataset) throws -> Ratings { ... }
///   func loss(on batch: Batch<Ratings>, in pass: Pass) throws -> Loss { ... }
/// }
/// ```
public protocol Model: Sendable {
  /// A dataset with identifiers resolved, made once for each dataset.
  associatedtype Examples: Sendable
  var parameters: Parameters { get set }
  /// Resolves a dataset.
  ///
  /// - Throws: `DataError` when a feature is missing or has another type.
  func bind(_ dataset: Dataset) throws -> Examples
  /// The loss of a batch: a sum over its examples.
  func loss(on batch: Batch<Examples>, in pass: Pass) throws -> Loss
}

/// Some examples of a bound dataset.
public struct Batch<Examples: Sendable>: Sendable {
  public let examples: Examples
  /// Which examples, by position in the dataset.
  public let rows: ArraySlice<Int>

  public init(_ examples: Examples, rows: ArraySlice<Int>) {
    self.examples = examples
    self.rows = rows
  }

  public var count: Int { rows.count }
}

/// What a model says of a batch.
public struct Loss {
  /// The task's loss, one number: a sum over the examples.
  public var task: Variable
  /// Weight decay and other terms that do not come from examples; nil for none.
  public var regularization: Variable?
  /// The examples' shares of hits in their own batch, by name: (sum, count).
  public var batchMetrics: [String: (sum: Double, weight: Double)] = [:]

  public init(_ task: Variable, regularization: Variable? = nil) {
    self.task = task
    self.regularization = regularization
  }

  /// What is differentiated: the task's loss plus the regularization.
  public func total(in pass: Pass) -> Variable {
    regularization.map { pass.add(task, $0) } ?? task
  }
}

/// The loss of one step with its gradients.
public struct StepResult: Sendable {
  /// The task's loss, summed over the examples of the batch.
  public var loss: Float
  public var regularizationLoss: Float
  /// (sum, weight) by name.
  public var batchMetrics: [String: (sum: Double, weight: Double)]
  public var gradients: Gradients

  public var totalLoss: Float { loss + regularizationLoss }
}

extension Model {
  /// The loss of a batch and its gradients: what a training loop of your own calls.
  ///
  /// - Parameter seed: of this step's random numbers (dropout, extra negatives).
  public func valueAndGradients(
    on batch: Batch<Examples>, seed: UInt64 = 0
  ) throws -> StepResult {
    let pass = Pass(over: parameters, training: true, seed: seed)
    let loss = try loss(on: batch, in: pass)
    let gradients = pass.gradients(of: loss.total(in: pass))
    return StepResult(
      loss: loss.task.value[0, 0], regularizationLoss: loss.regularization?.value[0, 0] ?? 0,
      batchMetrics: loss.batchMetrics, gradients: gradients)
  }
}
