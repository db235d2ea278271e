public import ShortlistModels

/// Where training stands.
public struct TrainingState: Sendable {
  /// The epoch that runs or has just ended, counted from one.
  public var epoch = 0
  public var epochs: Int
  /// Steps made in this epoch.
  public var step = 0
  public var stepsInEpoch: Int
  /// Examples seen in this epoch.
  public var examples = 0
  public var examplesInEpoch: Int
  /// The mean total loss of this epoch so far.
  public var loss = 0.0
  /// The task's loss of the last step: the mean over its examples.
  public var stepLoss = 0.0
  /// Seconds since this epoch began.
  public var seconds = 0.0
  /// One record for each epoch that has ended.
  public var history = History()
  /// The optimizer as the last step left it.
  public var optimizer: Optimizer
  /// Set by a callback to end training after this epoch, with the reason.
  public var stopReason: String?
}

/// What happens beside training: progress, early stopping, checkpoints.
///
/// For implementers: hooks run on the thread that trains, in the order of the callbacks. Parameters are
/// lent: keeping them costs one copy at the next step.
public protocol Callback: Sendable {
  mutating func trainingWillBegin(_ state: TrainingState) throws
  mutating func stepDidEnd(_ state: TrainingState)
  /// May set `stopReason`.
  mutating func epochDidEnd(_ state: inout TrainingState, parameters: Parameters) throws
  /// May put other parameters in place.
  mutating func trainingDidEnd(_ state: inout TrainingState, parameters: inout Parameters) throws
}

extension Callback {
  public mutating func trainingWillBegin(_ state: TrainingState) throws {}
  public mutating func stepDidEnd(_ state: TrainingState) {}
  public mutating func epochDidEnd(_ state: inout TrainingState, parameters: Parameters) throws {}
  public mutating func trainingDidEnd(
    _ state: inout TrainingState, parameters: inout Parameters
  ) throws {}
}
