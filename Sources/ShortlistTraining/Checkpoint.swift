public import ShortlistModels
import ShortlistTensors

/// Everything that training needs to go on where it was: bit for bit what an uninterrupted run would do.
///
/// The order of examples and the random numbers of a step follow from seeds and counts, so they need no
/// state of their own.
public struct Checkpoint: Sendable {
  /// Epochs that have ended.
  public var epoch: Int
  public var parameters: Parameters
  public var optimizer: Optimizer
  public var history: History

  public init(epoch: Int, parameters: Parameters, optimizer: Optimizer, history: History) {
    self.epoch = epoch
    self.parameters = parameters
    self.optimizer = optimizer
    self.history = history
  }

  /// Checks that a run can go on from here.
  ///
  /// - Throws: `TrainingError.checkpoint` saying what differs.
  func check(fits parameters: Parameters, optimizer: Optimizer) throws {
    guard optimizer.algorithm == self.optimizer.algorithm else {
      throw TrainingError(.checkpoint, "the checkpoint was made with another optimizer")
    }
    guard parameters.names == self.parameters.names else {
      throw TrainingError(
        .checkpoint,
        "the checkpoint holds parameters \(self.parameters.names), the model has \(parameters.names)"
      )
    }
    for name in parameters.names {
      guard let a = parameters[name], let b = self.parameters[name] else { continue }
      guard a.rows == b.rows, a.columns == b.columns else {
        throw TrainingError(
          .checkpoint,
          "parameter \(name) is \(b.rows) x \(b.columns) in the checkpoint, \(a.rows) x \(a.columns) in "
            + "the model; was it trained on other data?")
      }
    }
  }
}
